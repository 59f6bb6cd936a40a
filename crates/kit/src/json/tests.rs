use serde::Deserialize;

use super::*;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Members<'a> {
    #[serde(borrow)]
    a: AnyMember<'a>,
    code: AnyMember<'a>,
}

fn text(body: &str) -> Result<Option<String>, Unreadable> {
    object_from_str::<Members>(body).map(|members| members.a.text())
}

#[test]
fn strings_and_whole_numbers_are_text() {
    assert_eq!(text(r#"{"a":"x"}"#), Ok(Some("x".to_owned())));
    assert_eq!(text(r#"{"\u0061":"\u00fc"}"#), Ok(Some("ü".to_owned())));
    assert_eq!(text(r#" {"a":900.0}"#), Ok(Some("900".to_owned())));
    assert_eq!(text(r#"{"a":18446744073709551615}"#), Ok(Some(u64::MAX.to_string())));
    for other in [
        "{}",
        r#"{"a":null}"#,
        r#"{"a":-1}"#,
        r#"{"a":1.5}"#,
        r#"{"a":1e999}"#,
        r#"{"a":[1]}"#,
        r#"{"a":{"b":1}}"#,
        r#"{"a":true}"#,
        r#"{"a":"\ud800"}"#,
    ] {
        assert_eq!(text(other), Ok(None), "{other}");
    }
}

#[test]
fn null_is_a_member_and_not_absent() {
    let members: Members = object_from_str(r#"{"a":null}"#).unwrap();
    assert!(!members.a.is_absent() && members.code.is_absent());
}

#[test]
fn objects_and_first_items_are_read_as_far_as_anyone_asks() {
    let nested = format!("{}1{}", r#"{"code":"#.repeat(4000), "}".repeat(4000));
    assert_eq!(text(&format!(r#"{{"a":{nested}}}"#)), Ok(None));
    let body = format!(r#"{{"a":[ {{"code":7,"more":{nested}}},2]}}"#);
    let members: Members = object_from_str(&body).unwrap();
    let inner: Members = members.a.first().and_then(AnyMember::object).unwrap();
    assert_eq!(inner.code.whole(), Some(7));
    assert!(members.a.object::<Members>().is_none());
    for (body, first) in [
        (r#"{"a":[]}"#, None),
        (r#"{"a":[ ]}"#, None),
        (r#"{"a":{}}"#, None),
        (r#"{"a":"[1"}"#, None),
        ("{}", None),
        (r#"{"a":[1]}"#, Some(1)),
        (r#"{"a":[12 ,3]}"#, Some(12)),
    ] {
        let members: Members = object_from_str(body).unwrap();
        assert_eq!(members.a.first().and_then(AnyMember::whole), first, "{body}");
    }
}

#[test]
fn what_is_no_object_says_why() {
    assert_eq!(text(r#"["x"]"#), Err(Unreadable::NotAnObject));
    assert_eq!(text(r#""x""#), Err(Unreadable::NotAnObject));
    assert_eq!(text("<p>"), Err(Unreadable::NotAnObject));
    assert_eq!(text(""), Err(Unreadable::EndsEarly));
    assert_eq!(text(r#"{"a":"#), Err(Unreadable::EndsEarly));
    assert_eq!(text(r#"{"a":1,"a":1}"#), Err(Unreadable::Mismatch));
    assert_eq!(text(r#"{"b":1,"b":1}"#), Ok(None));
    assert_eq!(text(r#"{"a":1}x"#), Err(Unreadable::Syntax));
    assert_eq!(text(r"{'a':1}"), Err(Unreadable::Syntax));
    assert_eq!(object_from_slice::<Members>(b"{\"a\":\"\xff\"}").map(|_| ()), Err(Unreadable::NotUtf8));
    assert_eq!(text(&format!(r#"{{"a":{}"#, "[".repeat(2000))), Err(Unreadable::EndsEarly));
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sample {
    a_name: String,
    count: Option<WholeNumber>,
    flags: Vec<bool>,
    code: Option<TextOrNumber>,
}

fn sample(json: &str) -> Option<Sample> {
    object_from_str(json).ok()
}

#[test]
fn a_type_is_filled_from_the_members_it_names() {
    let full = Sample { a_name: "x".to_owned(), count: Some(WholeNumber(60)), flags: vec![true, false], code: None };
    assert_eq!(sample(r#"{"aName":"x","other":[{}],"count":60.0,"flags":[true,false]}"#), Some(full));
    let bare = Sample { a_name: "\u{fc}".to_owned(), count: None, flags: vec![], code: None };
    assert_eq!(sample(r#" {"flags":[],"count":null,"aName":"\u00fc"} "#), Some(bare));
}

#[test]
fn another_type_or_a_repeated_member_is_a_mismatch() {
    for wrong in [
        "",
        "[]",
        r#"["x",60,[],7]"#,
        r#"{"aName":1,"flags":[]}"#,
        r#"{"flags":[]}"#,
        r#"{"aName":"x","flags":[1]}"#,
        r#"{"aName":"x","flags":{}}"#,
        r#"{"aName":"x","flags":[],"aName":"x"}"#,
        r#"{"aName":"x","flags":[],"count":1.5}"#,
        r#"{"aName":"x","flags":[],"count":-1}"#,
        r#"{"aName":"x","flags":[],"count":1e300}"#,
        r#"{"aName":"x","flags":[],"count":9007199254740994}"#,
        r#"{"aName":"x","flags":[],"count":"60"}"#,
        r#"{"aName":"x","flags":[],"code":[]}"#,
        r#"{"aName":"\ud800","flags":[]}"#,
        r#"{"aName":"x","flags":[]} x"#,
    ] {
        assert_eq!(sample(wrong), None, "{wrong}");
    }
}

#[test]
fn a_code_is_a_string_or_a_number_as_written() {
    for (json, code) in [(r#""A\u0031""#, "A1"), ("7", "7"), ("-7.50", "-7.50"), ("1e999", "1e999")] {
        let sample = sample(&format!(r#"{{"aName":"x","flags":[],"code":{json}}}"#)).unwrap();
        assert_eq!(sample.code, Some(TextOrNumber(code.to_owned())), "{json}");
    }
}

#[test]
fn pairs_keep_their_order_and_are_written_as_an_object() {
    let pairs: Pairs = object_from_str(r#"{"b":"1","a":"2"}"#).unwrap();
    assert_eq!(serde_json::to_string(&pairs).unwrap(), r#"{"b":"1","a":"2"}"#);
    assert!(object_from_str::<Pairs>(r#"{"b":1}"#).is_err());
    assert!(Pairs::default().is_empty());
}
