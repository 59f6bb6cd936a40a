use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use super::connection::{API, LOGIN};
use super::definition::good as definition;
use crate::functions::{Function, Leave};
use crate::guard::definition::check;
use crate::guard::hosts::expand;
use crate::guard::{BadOutput, connection, request};
use crate::raw::{self, Entry};
use crate::records::{Choice, Definition, Host, HostRole, HostTemplate};

/// Templates that break no rule.
pub(super) fn good() -> Vec<HostTemplate> {
    vec![
        template(HostRole::Token, "{instance}-login.eu.nexthink.cloud"),
        template(HostRole::Api, "{instance}.api.eu.nexthink.cloud"),
        HostTemplate { platform: Some("Classic".into()), ..template(HostRole::Web, "{instance}.web.nexthink.cloud") },
    ]
}

fn template(role: HostRole, template: &str) -> HostTemplate {
    HostTemplate { role, platform: None, template: template.to_owned() }
}

fn with(templates: Vec<HostTemplate>) -> Definition {
    Definition { hosts: templates, ..definition() }
}

#[track_caller]
fn refused(template: &str, why: &str) {
    let mut templates = good();
    template.clone_into(&mut templates[1].template);
    let BadOutput { function, at, why: found, .. } = check(with(templates)).unwrap_err();
    assert_eq!((function, &*at, &*found), (Function::Describe, "hosts[1].template", why), "{template}");
}

#[track_caller]
fn accepted(template: &str) {
    let mut templates = good();
    template.clone_into(&mut templates[1].template);
    check(with(templates)).unwrap_or_else(|error| panic!("{template}: {error}"));
}

fn settings(pairs: &[(&str, &str)]) -> Vec<Entry> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn names(pairs: &[(&str, &str)]) -> Vec<String> {
    expand(&definition(), &settings(pairs)).unwrap().into_iter().map(|host| host.name).collect()
}

#[track_caller]
fn refused_value(pairs: &[(&str, &str)], at: &str, why: &str) {
    let BadOutput { function, at: place, why: found, .. } = expand(&definition(), &settings(pairs)).unwrap_err();
    assert_eq!((function, &*place, &*found), (Function::Resolve, at, why), "{pairs:?}");
}

#[test]
fn each_flaw_of_a_template_has_an_error_of_its_own() {
    for (template, why) in [
        ("{instance.nexthink.cloud", "opens a brace that it does not close"),
        ("instance}.nexthink.cloud", "closes a brace that it does not open"),
        ("{instance}}.nexthink.cloud", "closes a brace that it does not open"),
        ("{{instance}}.nexthink.cloud", "opens a brace in braces"),
        ("{}.nexthink.cloud", "has braces without a key"),
        ("{tenant}.nexthink.cloud", "names a field that the form does not have"),
        ("{Instance}.nexthink.cloud", "names a field that the form does not have"),
        ("{client_secret}.nexthink.cloud", "names a field that is a secret"),
        ("{instance}.API.nexthink.cloud", "has an upper-case letter"),
        ("{instance}.nexthink.cloud:443", "names a port"),
        ("https://{instance}.nexthink.cloud", "names a port"),
        ("{instance}/nexthink.cloud", "has a character that no host name has"),
        ("*.nexthink.cloud", "has a character that no host name has"),
        ("{instance}.nexthınk.cloud", "has a character that no host name has"),
        ("", "has an empty label"),
        (".nexthink.cloud", "has an empty label"),
        ("{instance}..nexthink.cloud", "has an empty label"),
        ("{instance}.nexthink.cloud.", "has an empty label"),
        ("-{instance}.nexthink.cloud", "gives no host name"),
        ("{instance}-.nexthink.cloud", "gives no host name"),
        ("{instance}", "lies outside the domains of the definition"),
        ("{instance}.cloud", "lies outside the domains of the definition"),
        ("{instance}nexthink.cloud", "lies outside the domains of the definition"),
        ("{instance}.nexthink.cloud.evil.example", "lies outside the domains of the definition"),
        ("nexthink.{instance}", "lies outside the domains of the definition"),
    ] {
        refused(template, why);
    }
    refused(&format!("{}.nexthink.cloud", "x".repeat(240)), "is longer than 253 bytes");
    refused(&format!("{}.nexthink.cloud", "{instance}".repeat(5)), "has more than 4 keys");
    refused(&format!("{}.nexthink.cloud", "x".repeat(64)), "gives no host name");
    for template in [
        "nexthink.cloud",
        "api.canary.example",
        "{instance}{instance}.{instance}-{instance}.nexthink.cloud",
        "a{instance}{client_id}b.nexthink.cloud",
    ] {
        accepted(template);
    }
}

#[test]
fn a_definition_has_1_to_16_templates_one_of_them_for_the_api_and_none_twice() {
    let error = |templates| check(with(templates)).map(drop).unwrap_err().why;
    assert_eq!(error(Vec::new()), "has no template of the role `api`");
    assert_eq!(error(vec![good().remove(0)]), "has no template of the role `api`");
    let many = |count: usize| (0..count).map(|i| template(HostRole::Api, &format!("a{i}.nexthink.cloud"))).collect();
    assert_eq!(error(many(17)), "has more than 16 items");
    assert!(check(with(many(16))).is_ok());
    let twice = good().into_iter().chain([good().remove(1)]).collect();
    assert_eq!(error(twice), "is there twice");
}

#[test]
fn an_option_may_have_labels_and_lies_under_a_domain_like_every_other_host() {
    let choice = |value: &str| Choice { value: value.to_owned(), label: "Site".to_owned() };
    let with = |values: &[&str]| {
        let mut definition = with(vec![template(HostRole::Api, "api.{region}")]);
        definition.fields[1].choices = values.iter().map(|value| choice(value)).collect();
        check(definition)
    };
    let definition = with(&["us.nexthink.cloud", "nexthink.cloud", "canary.example"]).unwrap();
    let hosts = expand(&definition, &settings(&[("region", "us.nexthink.cloud")])).unwrap();
    assert_eq!(hosts, [Host { role: HostRole::Api, platform: None, name: "api.us.nexthink.cloud".into() }]);
    assert_eq!(
        with(&["nexthink.cloud", "evil.example"]).unwrap_err().why,
        "lies outside the domains of the definition"
    );
    assert_eq!(with(&["nexthink.cloud", "a b.nexthink.cloud"]).unwrap_err().why, "gives no host name");
}

#[test]
fn settings_fill_in_the_templates_in_their_order() {
    assert_eq!(names(&[("instance", "canary")]), [LOGIN, API, "canary.web.nexthink.cloud"]);
    let expanded = |pairs: &[(&str, &str)]| {
        let more = template(HostRole::Web, "{region}-{instance}.nexthink.cloud");
        expand(&with(good().into_iter().chain([more]).collect()), &settings(pairs)).unwrap()
    };
    let hosts = expanded(&[("instance", "canary"), ("region", "us")]);
    assert_eq!(hosts[3].name, "us-canary.nexthink.cloud");
    // Nothing without a region.
    let hosts = expanded(&[("instance", "canary")]);
    let kinds: Vec<_> = hosts.iter().map(|host| (host.role, host.platform.as_deref())).collect();
    assert_eq!(kinds, [(HostRole::Token, None), (HostRole::Api, None), (HostRole::Web, Some("Classic"))]);
}

#[test]
fn a_connection_has_an_api_host() {
    for pairs in [&[][..], &[("instance", "")], &[("region", "eu")]] {
        refused_value(pairs, "settings", "fill in no template of an `api` host");
    }
}

#[test]
fn a_value_is_a_part_of_one_label() {
    for (value, why) in [
        ("evil.example", "has a dot, and fills in one label of a host name"),
        ("{region}", "has a brace, and fills in a label of a host name"),
        ("a}", "has a brace, and fills in a label of a host name"),
        ("a%2e", "has a percent sign, and fills in a label of a host name"),
        ("a,b", "has a comma, and fills in a label of a host name"),
        ("Acme", "has an upper-case letter, and fills in a label of a host name"),
        ("evil/", "has a character that no label of a host name has"),
        ("evil\\", "has a character that no label of a host name has"),
        ("evil@", "has a character that no label of a host name has"),
        ("evil:1", "has a character that no label of a host name has"),
        ("evil?", "has a character that no label of a host name has"),
        ("evil#", "has a character that no label of a host name has"),
        ("a b", "has a character that no label of a host name has"),
        ("a_b", "has a character that no label of a host name has"),
        ("а", "has a character that no label of a host name has"),
        ("。", "has a character that no label of a host name has"),
    ] {
        refused_value(&[("instance", value)], "settings.instance", why);
    }
    let regional = with(vec![template(HostRole::Api, "{region}.nexthink.cloud")]);
    let error = expand(&regional, &settings(&[("region", "pac")])).unwrap_err();
    assert_eq!((&*error.at, &*error.why), ("settings.region", "is none of the options of the field"));
    let why = "make no host name of `{instance}-login.eu.nexthink.cloud`";
    refused_value(&[("instance", "-a")], "settings", why);
}

#[test]
fn a_host_is_no_longer_than_a_host_name() {
    let (longest, longer) = ("x".repeat(57), "x".repeat(58));
    assert_eq!(names(&[("instance", &longest)])[0], format!("{longest}-login.eu.nexthink.cloud"));
    let why = "make a host of `{instance}-login.eu.nexthink.cloud` that is too long for a host name";
    refused_value(&[("instance", &longer)], "settings", why);
    // No label, and all of it.
    let labels = ["x"; 112].join(".");
    let long = with(vec![template(HostRole::Api, &format!("{{instance}}.{labels}.nexthink.cloud"))]);
    let made = |value: &str| expand(&long, &settings(&[("instance", value)])).map(|hosts| hosts[0].name.len());
    assert_eq!(made(&"y".repeat(14)).unwrap(), 253);
    assert!(made(&"y".repeat(15)).unwrap_err().why.ends_with("too long for a host name"));
}

/// Puts pieces together, those of a host name and those that try to get out of one.
fn pieces(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..=most).prop_map(|pieces| pieces.concat())
}

const OF_TEMPLATES: &[&str] =
    &["{instance}", "{region}", "{client_secret}", "{", "}", ".", "-", "a", "A", ":1", "/", "login", "evil.example"];
const OF_VALUES: &[&str] =
    &["a", "b-c", "-", ".", "eu", "evil.example", "/", "@", "#", "%2e", "{region}", ",", "A", "é"];
const OF_HOSTS: &[&str] =
    &["a", "b-c", "-login", ".", "eu.", "web.", "api.", "nexthink.cloud", "evil.example", ":1", "@"];

fn role() -> impl Strategy<Value = HostRole> {
    select(&[HostRole::Token, HostRole::Api, HostRole::Authorization, HostRole::Web][..])
}

/// Good templates, and at times one of pieces.
fn templates() -> impl Strategy<Value = Vec<HostTemplate>> {
    let made = (role(), pieces(OF_TEMPLATES, 4)).prop_map(|(role, text)| template(role, &(text + ".nexthink.cloud")));
    let made = prop::option::weighted(0.3, made);
    let mut good = good();
    good.push(template(HostRole::Authorization, "{instance}-login.eu.nexthink.cloud"));
    (prop::sample::subsequence(good, 1..=4), made).prop_map(|(good, made)| good.into_iter().chain(made).collect())
}

/// Fills in templates without looking at what comes of it.
fn filled(templates: &[HostTemplate], settings: &[Entry], role: HostRole) -> Vec<String> {
    let fill = |text: &str| {
        settings.iter().fold(text.to_owned(), |text, (key, value)| text.replace(&format!("{{{key}}}"), value))
    };
    templates.iter().filter(|given| given.role == role).map(|given| fill(&given.template)).collect()
}

#[test]
fn no_request_passes_whose_host_no_template_of_its_role_gives() {
    let passed = Cell::new(0);
    let host = prop_oneof![
        1 => pieces(OF_HOSTS, 5).prop_map(Ok),
        2 => (role(), any::<prop::sample::Index>()).prop_map(Err),
    ];
    let instance = prop_oneof![1 => pieces(OF_VALUES, 3), 3 => select(vec!["a".to_owned(), "b-c".to_owned()])];
    let given = (templates(), instance, select(&["eu", "us", "pac", ""][..]), host);
    let mut runner = TestRunner::new(ProptestConfig { cases: 5000, failure_persistence: None, ..Default::default() });
    let ran = runner.run(&given, |(templates, instance, region, host)| {
        let settings = settings(&[("instance", &instance), ("region", region)]);
        let filled = |role| filled(&templates, &settings, role);
        let host = host.unwrap_or_else(|(role, index)| {
            let hosts = filled(role);
            if hosts.is_empty() { String::new() } else { index.get(&hosts).clone() }
        });
        let api = filled(HostRole::Api).first().cloned().unwrap_or_default();
        let (templates, base_url) = (templates.clone(), format!("https://{api}"));
        let Ok(definition) = check(with(templates)) else { return Ok(()) };
        let raw = raw::Connection {
            key: "a".into(),
            label: "a".into(),
            settings: settings.clone(),
            base_url,
            notes: Vec::new(),
        };
        let Ok(connection) = connection::check(raw, &definition, &super::redactor()) else { return Ok(()) };
        let request = |authorized| raw::Request {
            method: "GET".into(),
            url: format!("https://{host}/"),
            headers: Vec::new(),
            body: Vec::new(),
            authorized,
            repeatable: true,
            timeout: 1,
            response_limit: 1,
        };
        let exchange = raw::Exchange { request: request(false), notes: Vec::new() };
        let redactor = super::redactor();
        let leave = Leave { redirect_uri: "http://127.0.0.1/", state: "s", code_challenge: "c" };
        let sign_in = format!(
            "https://{host}/?response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%2F&state=s&code_challenge=c\
             &code_challenge_method=S256"
        );
        let token = request::exchange(Function::TokenRequest, exchange, &connection, &redactor);
        let api = |authorized| request::api(Function::ApiRequest, "", request(authorized), &connection, &redactor);
        let signed = api(true).and_then(|unsigned| {
            let url = format!("{}?signature=1", unsigned.url);
            request::signed(raw::Request { url, ..request(true) }, &unsigned, &connection)
        });
        let sent = [
            (HostRole::Token, token.map(|sent| sent.request.url)),
            (HostRole::Api, api(true).map(|sent| sent.url)),
            (HostRole::Api, api(false).map(|sent| sent.url)),
            (HostRole::Api, signed.map(|sent| sent.url)),
            (HostRole::Authorization, request::authorization_url(&sign_in, &leave, &connection, &redactor)),
        ];
        for (role, sent) in sent {
            let Ok(url) = sent else { continue };
            passed.set(passed.get() + 1);
            let host = url.host_str().unwrap_or_default();
            prop_assert!(filled(role).iter().any(|name| name == host), "{host}");
            prop_assert!(host.ends_with("nexthink.cloud"), "{host}");
        }
        Ok(())
    });
    ran.unwrap();
    assert!(passed.get() > 200, "only {} requests passed", passed.get());
}
