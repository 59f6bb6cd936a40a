use super::*;

#[test]
fn every_known_form_gives_instance_and_region() {
    for text in [
        "acme.eu.nexthink.cloud",
        "acme.data.eu.nexthink.cloud",
        "acme.api.eu.nexthink.cloud",
        "acme-login.eu.nexthink.cloud",
        "acme-engine-1.eu.nexthink.cloud",
        "acme-engine-42.eu.nexthink.cloud/2/query",
        "ACME.EU.Nexthink.Cloud",
        "acme.eu.nexthink.cloud.",
        "acme.eu.nexthink.cloud:443",
        "acme.eu.nexthink.cloud.:443/",
        "https://acme.eu.nexthink.cloud",
        "HTTPS://acme.eu.nexthink.cloud/",
        "https://acme.eu.nexthink.cloud:443/a/b?c=d#e",
        "https://acme.eu.nexthink.cloud/#/dashboards/ünïcode/@x:1%2e",
        "https://acme.eu.nexthink.cloud?x",
        "acme.eu.nexthink.cloud#x",
        "acme.eu.nexthink.cloud/back?to=https://elsewhere.example/",
    ] {
        let tenant = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!((tenant.instance.as_str(), tenant.region), ("acme", Region::EuropeanUnion), "{text}");
    }
}

#[test]
fn a_role_is_cut_off_only_when_an_instance_name_remains() {
    for (text, instance) in [
        ("acme-prod-login.us.nexthink.cloud", "acme-prod"),
        ("acme-engine.us.nexthink.cloud", "acme-engine"),
        ("acme-engine-x.us.nexthink.cloud", "acme-engine-x"),
        ("a--login.us.nexthink.cloud", "a--login"),
        ("acme-login.data.us.nexthink.cloud", "acme-login"),
    ] {
        assert_eq!(parse(text).unwrap().instance.as_str(), instance, "{text}");
    }
}

#[test]
fn anything_that_is_not_exactly_a_tenants_address_is_refused() {
    use AddressError::{Characters, Domain, Port, Scheme, Shape, Shared, User};
    for (text, error) in [
        ("http://acme.eu.nexthink.cloud", Scheme),
        ("ftp://acme.eu.nexthink.cloud", Scheme),
        ("https.://acme.eu.nexthink.cloud", Scheme),
        ("://acme.eu.nexthink.cloud", Scheme),
        ("https:acme.eu.nexthink.cloud", Port),
        ("https:/acme.eu.nexthink.cloud", Port),
        ("https:///acme.eu.nexthink.cloud", Characters),
        ("https://https://acme.eu.nexthink.cloud", Port),
        ("//acme.eu.nexthink.cloud", Characters),
        ("acme.eu.nexthink.cloud:8443", Port),
        ("acme.eu.nexthink.cloud:0443", Port),
        ("acme.eu.nexthink.cloud:", Port),
        ("acme.eu.nexthink.cloud:443:443", Port),
        ("https://acme.eu.nexthink.cloud@evil.example/", User),
        ("https://user:word@acme.eu.nexthink.cloud/", User),
        ("https://@acme.eu.nexthink.cloud/", User),
        ("https://evil.example\\@acme.eu.nexthink.cloud/", Characters),
        ("https:\\\\acme.eu.nexthink.cloud", Characters),
        ("acme.eu.nexthink.cloud\t", Characters),
        ("ac\tme.eu.nexthink.cloud", Characters),
        ("acme.eu.nexthink.cloud/a b", Characters),
        ("acme%2Eeu.nexthink.cloud", Shape),
        ("%61cme.eu.nexthink.cloud", AddressError::Instance(InstanceError::Characters)),
        ("acme.eu.nexthink。cloud", Domain),
        ("ａcme.eu.nexthink.cloud", AddressError::Instance(InstanceError::Characters)),
        ("acmé.eu.nexthink.cloud", AddressError::Instance(InstanceError::Characters)),
        ("acme.eu.nexthink.cloud.evil.example", Domain),
        ("acme.eu.evilnexthink.cloud", Domain),
        ("evilnexthink.cloud", Domain),
        ("nexthink.cloud.", Domain),
        ("nexthink.cloud", Domain),
        ("203.0.113.7", Domain),
        ("https://0xcb007107/", Domain),
        ("https://[2001:db8::1]/", Domain),
        ("eu.nexthink.cloud", Shape),
        ("acme.web.eu.nexthink.cloud", Shape),
        ("a.b.data.eu.nexthink.cloud", Shape),
        (".", Domain),
        ("acme.eu.nexthink.cloud..", Domain),
        (".eu.nexthink.cloud", AddressError::Instance(InstanceError::Characters)),
        ("agora.eu.nexthink.cloud", Shared),
        ("https://AGORA.us.nexthink.cloud/x", Shared),
        ("acme.apac.nexthink.cloud", AddressError::Region),
        ("acme_1.eu.nexthink.cloud", AddressError::Instance(InstanceError::Characters)),
        ("xn--acme.eu.nexthink.cloud", AddressError::Instance(InstanceError::Encoded)),
        ("xn--acme-login.eu.nexthink.cloud", AddressError::Instance(InstanceError::Encoded)),
        ("-acme.eu.nexthink.cloud", AddressError::Instance(InstanceError::HyphenAtEdge)),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
}
