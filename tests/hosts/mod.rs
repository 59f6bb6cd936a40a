//! The documented shape of the hosts of a tenant, parsed by separate code, so that
//! a mistake in the connector is not repeated here.

/// Returns instance and region of a login host. `None` where it has another shape.
pub fn of_login(host: &str) -> Option<(&str, &str)> {
    let [first, region, "nexthink", "cloud"] = host.split('.').collect::<Vec<_>>()[..] else { return None };
    let instance = &first[..first.len().checked_sub(6)?];
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let fits = first.ends_with("-login")
        && (1..=57).contains(&instance.len())
        && instance.bytes().all(inner)
        && !instance.starts_with('-')
        && !instance.ends_with('-')
        && ["us", "eu", "pac", "meta"].contains(&region);
    fits.then_some((instance, region))
}
