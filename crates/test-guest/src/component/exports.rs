//! The functions as the core module exports them.

use super::bindings::exports::integration::provider::{
    access, authorization_code, client_credentials, operations, permissions, provider, refresh, signature, token,
};
use super::{Guest, begin, is_spoiled, spoil};

/// Has the generated code call the guest, spoils what it returns, and frees that once the
/// host has read it.
macro_rules! export {
    ($(
        $interface:ident $exported:literal $name:literal $function:ident as $generated:ident, $free:ident($($argument:ident: $type:ty),*);
    )*) => {$(
        #[unsafe(export_name = concat!("integration:provider/", $exported, "@0.1.0#", $name))]
        unsafe extern "C" fn $function($($argument: $type),*) -> *mut u8 {
            begin($name);
            // SAFETY: the host calls with the arguments of the canonical ABI.
            spoil($name, unsafe { $interface::$generated::<Guest>($($argument),*) })
        }

        const _: () = {
            #[unsafe(export_name =
                concat!("cabi_post_integration:provider/", $exported, "@0.1.0#", $name))]
            unsafe extern "C" fn free(value: *mut u8) {
                // Where the parts of a value are not what was allocated, they stay.
                if !is_spoiled($name) {
                    // SAFETY: the host calls with what the function returned.
                    unsafe { $interface::$free::<Guest>(value) }
                }
            }
        };
    )*};
}

type Pointer = *mut u8;

export! {
    provider "provider" "describe" describe as _export_describe_cabi, __post_return_describe();
    provider "provider" "resolve" resolve as _export_resolve_cabi, __post_return_resolve(a: Pointer, b: usize);
    client_credentials "client-credentials" "token-request" token_request as _export_token_request_cabi, __post_return_token_request(
        a: Pointer, b: usize, now: i64, c: Pointer, d: usize);
    authorization_code "authorization-code" "authorization-url" authorization_url as _export_authorization_url_cabi, __post_return_authorization_url(
        a: Pointer, b: usize, c: Pointer, d: usize, e: Pointer, f: usize, g: Pointer, h: usize);
    authorization_code "authorization-code" "code-request" code_request as _export_code_request_cabi, __post_return_code_request(
        a: Pointer, b: usize, c: Pointer, d: usize, e: Pointer, f: usize, g: Pointer, h: usize, now: i64, i: Pointer, j: usize);
    refresh "refresh" "refresh-request" refresh_request as _export_refresh_request_cabi, __post_return_refresh_request(
        a: Pointer, b: usize, c: Pointer, d: usize, now: i64, e: Pointer, f: usize);
    signature "signature" "sign" sign as _export_sign_cabi, __post_return_sign(arguments: Pointer);
    token "token" "token-response" token_response as _export_token_response_cabi, __post_return_token_response(
        status: i32, a: Pointer, b: usize, c: Pointer, d: usize, at: i64);
    access "access" "authorize" authorize as _export_authorize_cabi, __post_return_authorize(
        case: i32, a: Pointer, b: usize);
    access "access" "api-request" api_request as _export_api_request_cabi, __post_return_api_request(
        a: Pointer, b: usize, c: Pointer, d: usize, e: Pointer, f: usize, g: Pointer, h: usize, i: Pointer, j: usize);
    access "access" "api-response" api_response as _export_api_response_cabi, __post_return_api_response(
        status: i32, a: Pointer, b: usize, c: Pointer, d: usize, at: i64);
    permissions "permissions" "probes" probes as _export_probes_cabi, __post_return_probes(a: Pointer, b: usize);
    permissions "permissions" "read-probe" read_probe as _export_read_probe_cabi, __post_return_read_probe(
        a: Pointer, b: usize, status: i32, c: Pointer, d: usize, e: Pointer, f: usize, at: i64);
    operations "operations" "list-operations" list_operations as _export_list_operations_cabi, __post_return_list_operations();
    operations "operations" "start" start as _export_start_cabi, __post_return_start(
        a: Pointer, b: usize, c: Pointer, d: usize, e: Pointer, f: usize);
    operations "operations" "resume" resume as _export_resume_cabi, __post_return_resume(
        a: Pointer, b: usize, c: Pointer, d: usize, e: Pointer, f: usize, g: Pointer, h: usize,
        status: i32, i: Pointer, j: usize, k: Pointer, l: usize, at: i64);
}

#[unsafe(export_name = "_initialize")]
extern "C" fn initialize() {
    begin(crate::START);
}
