//! Conversions between this crate and the types that `wit-bindgen` generates, which every
//! connector has its own of.

/// Converts each item of a list.
pub fn each<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}

/// Implements `From` between the types of this crate and those of the contract.
///
/// Takes the name of the module that `wit_bindgen::generate!` fills; the module has to be
/// in scope. With `operations` after it, the steps of that interface are included, which
/// the world then has to export.
///
/// | From | To |
/// | --- | --- |
/// | [`Request`](crate::http::Request) | `types.request` |
/// | `types.response` | [`Response`](crate::http::Response) |
/// | [`Problem`](crate::problem::Problem) | `types.problem` |
/// | [`Failure`](crate::failure::Failure) | `types.failure` |
/// | [`Recovery`](crate::failure::Recovery) | `types.recovery` |
/// | [`Definition`](crate::definition::Definition) by reference | `provider.definition` |
/// | [`Connection`](crate::definition::Connection) | `provider.connection` |
/// | [`Operation`](crate::operation::Operation) by reference | `operations.operation` |
/// | [`Step`](crate::step::Step) and its parts | `operations.step` and its parts |
///
/// ```ignore
/// mod bindings {
///     wit_bindgen::generate!({ path: "wit", world: "key-connector" });
/// }
///
/// connector_kit::conversions!(bindings, operations);
/// ```
#[macro_export]
macro_rules! conversions {
    ($bindings:ident) => {
        const _: () = {
            use $bindings::exports::integration::provider::types as contract;

            impl From<$crate::http::Request> for contract::Request {
                fn from(request: $crate::http::Request) -> Self {
                    Self {
                        method: request.method.to_owned(),
                        url: request.url,
                        headers: $crate::each(request.headers),
                        body: request.body,
                        authorized: request.authorized,
                        repeatable: request.repeatable,
                        timeout: request.timeout,
                        response_limit: request.response_limit,
                    }
                }
            }

            impl From<contract::Response> for $crate::http::Response {
                fn from(response: contract::Response) -> Self {
                    Self {
                        status: response.status,
                        headers: response.headers,
                        body: response.body,
                        received_at: response.received_at,
                    }
                }
            }

            impl From<$crate::problem::Problem> for contract::Problem {
                fn from(problem: $crate::problem::Problem) -> Self {
                    Self {
                        field: problem.field,
                        code: problem.code.as_str().to_owned(),
                        message: problem.message,
                        hint: problem.hint,
                    }
                }
            }

            impl From<$crate::failure::Failure> for contract::Failure {
                fn from(failure: $crate::failure::Failure) -> Self {
                    let failure = failure.into_details();
                    Self {
                        code: failure.code.to_owned(),
                        recovery: failure.recovery.into(),
                        message: failure.message,
                        hint: failure.hint,
                        field: failure.field.map(str::to_owned),
                        provider_code: failure.provider_code,
                        provider_message: failure.provider_message,
                    }
                }
            }

            impl From<$crate::failure::Recovery> for contract::Recovery {
                fn from(recovery: $crate::failure::Recovery) -> Self {
                    use $crate::failure::Recovery;
                    match recovery {
                        Recovery::Reconfigure => Self::Reconfigure,
                        Recovery::RenewToken => Self::RenewToken,
                        Recovery::Retry(seconds) => Self::Retry(seconds),
                        Recovery::RetryIfRepeatable(seconds) => Self::RetryIfRepeatable(seconds),
                        Recovery::GiveUp => Self::GiveUp,
                        Recovery::Alarm => Self::Alarm,
                    }
                }
            }
        };

        const _: () = {
            use $bindings::exports::integration::provider::provider as contract;

            impl From<&$crate::definition::Definition> for contract::Definition {
                fn from(definition: &$crate::definition::Definition) -> Self {
                    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
                    Self {
                        id: definition.id.to_owned(),
                        name: definition.name.to_owned(),
                        summary: definition.summary.to_owned(),
                        version: definition.version.to_owned(),
                        categories: owned(definition.categories),
                        icon: definition.icon.to_owned(),
                        links: definition
                            .links
                            .iter()
                            .map(|(relation, url)| contract::Link {
                                relation: (*relation).to_owned(),
                                url: (*url).to_owned(),
                            })
                            .collect(),
                        domains: owned(definition.domains),
                        hosts: definition.hosts.iter().map(Into::into).collect(),
                        auth: definition.auth.to_owned(),
                        fields: definition.fields.iter().map(Into::into).collect(),
                        permissions: definition
                            .permissions
                            .iter()
                            .map(|permission| contract::Permission {
                                id: permission.id.to_owned(),
                                label: permission.label.to_owned(),
                                purpose: permission.purpose.to_owned(),
                            })
                            .collect(),
                        prerequisites: owned(definition.prerequisites),
                        guide: definition
                            .guide
                            .iter()
                            .map(|step| contract::GuideStep {
                                id: step.id.to_owned(),
                                title: step.title.to_owned(),
                                text: step.text.to_owned(),
                            })
                            .collect(),
                        extra: ::std::vec::Vec::new(),
                    }
                }
            }

            impl From<&$crate::definition::HostTemplate> for contract::HostTemplate {
                fn from(host: &$crate::definition::HostTemplate) -> Self {
                    use $crate::definition::HostRole;
                    Self {
                        role: match host.role {
                            HostRole::Token => contract::HostRole::Token,
                            HostRole::Api => contract::HostRole::Api,
                            HostRole::Authorization => contract::HostRole::Authorization,
                            HostRole::Web => contract::HostRole::Web,
                        },
                        platform: host.platform.map(str::to_owned),
                        template: host.template.to_owned(),
                    }
                }
            }

            impl From<&$crate::definition::Field> for contract::Field {
                fn from(field: &$crate::definition::Field) -> Self {
                    Self {
                        key: field.key.to_owned(),
                        label: field.label.to_owned(),
                        description: field.description.to_owned(),
                        kind: field.kind.as_str().to_owned(),
                        required: field.required,
                        example: field.example.map(str::to_owned),
                        default: None,
                        pattern: field.pattern.map(str::to_owned),
                        max_length: field.max_length,
                        choices: field
                            .kind
                            .choices()
                            .iter()
                            .map(|choice| contract::Choice {
                                value: choice.value.to_owned(),
                                label: choice.label.to_owned(),
                            })
                            .collect(),
                        guide_step: field.guide_step.map(str::to_owned),
                    }
                }
            }

            impl From<$crate::definition::Connection> for contract::Connection {
                fn from(connection: $crate::definition::Connection) -> Self {
                    Self {
                        key: connection.key,
                        label: connection.label,
                        settings: connection.settings.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
                        base_url: connection.base_url,
                        notes: connection.notes,
                    }
                }
            }
        };
    };
    ($bindings:ident, operations) => {
        $crate::conversions!($bindings);

        const _: () = {
            use $bindings::exports::integration::provider::operations as contract;

            impl<F> From<&$crate::operation::Operation<F>> for contract::Operation {
                fn from(operation: &$crate::operation::Operation<F>) -> Self {
                    Self {
                        id: operation.id.to_owned(),
                        title: operation.title.to_owned(),
                        description: operation.description.to_owned(),
                        permission: operation.permission.map(str::to_owned),
                        effect: operation.effect.as_str().to_owned(),
                        input_schema: operation.input_schema(),
                        output_schema: operation.output_schema(),
                        documentation: operation.documentation.to_owned(),
                        download_domains: operation
                            .download_domains()
                            .iter()
                            .map(|domain| (*domain).to_owned())
                            .collect(),
                    }
                }
            }

            impl From<$crate::step::Step> for contract::Step {
                fn from(step: $crate::step::Step) -> Self {
                    use $crate::step::Step;
                    match step {
                        Step::Send(pending) => Self::Send(pending.into()),
                        Step::Download(download) => Self::Download(download.into()),
                        Step::Done(outcome) => Self::Done(outcome.into()),
                    }
                }
            }

            impl From<$crate::step::Pending> for contract::Pending {
                fn from(pending: $crate::step::Pending) -> Self {
                    let progress = contract::Progress {
                        text: pending.progress.text,
                        done: pending.progress.done,
                        total: pending.progress.total,
                    };
                    Self { request: pending.request.into(), wait: pending.wait, state: pending.state, progress }
                }
            }

            impl From<$crate::step::Download> for contract::Download {
                fn from(download: $crate::step::Download) -> Self {
                    Self {
                        request: download.request.into(),
                        state: download.state,
                        media_type: download.media_type.to_owned(),
                        compression: download.compression.into(),
                        partial: download.partial,
                        warnings: download.warnings,
                    }
                }
            }

            impl From<$crate::step::Outcome> for contract::Outcome {
                fn from(outcome: $crate::step::Outcome) -> Self {
                    Self { output: outcome.output, partial: outcome.partial, warnings: outcome.warnings }
                }
            }

            impl From<$crate::step::Compression> for contract::Compression {
                fn from(compression: $crate::step::Compression) -> Self {
                    use $crate::step::Compression;
                    match compression {
                        Compression::None => Self::None,
                        Compression::Gzip => Self::Gzip,
                        Compression::Zstd => Self::Zstd,
                    }
                }
            }
        };
    };
}
