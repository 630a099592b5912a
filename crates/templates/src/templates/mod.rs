//! The policy templates that are executed, one file each, and the names of those that are not yet.

pub(crate) mod dynamichosturl;
pub(crate) mod routerequesttoendpoint;
pub(crate) mod setheader;
pub(crate) mod setqueryparameter;
pub(crate) mod updatenextlink;

use crate::error::TemplateError;
use crate::instance::{Instance, InstanceError};
use crate::value::Context;
use backshell_model::ShapedRequest;
use backshell_package::PolicySection;

/// Templates of the format that this version recognises and does not execute. Operations they act on are refused.
const NOT_YET: [&str; 10] = [
    "convertarraytoobject",
    "convertobjecttoarray",
    "encodepropertyvalue",
    "moveproperties",
    "pollingtrigger",
    "setconnectionstatustounauthenticated",
    "setproperty",
    "setvaluefromurl",
    "stringreplace",
    "stringtoarray",
];

/// A compiled instance.
#[derive(Debug)]
pub(crate) enum Step {
    DynamicHostUrl(dynamichosturl::DynamicHostUrl),
    RouteRequestToEndpoint(routerequesttoendpoint::RouteRequestToEndpoint),
    SetQueryParameter(setqueryparameter::SetQueryParameter),
    SetRequestHeader(setheader::SetHeader),
    SetResponseHeader(setheader::SetHeader),
    UpdateNextLink(updatenextlink::UpdateNextLink),
}

impl Step {
    /// Compiles an instance by its template.
    pub(crate) fn compile(instance: &Instance<'_>) -> Result<Self, InstanceError> {
        match instance.policy.template_id.as_str() {
            "dynamichosturl" | "dynamicsubdomain" => {
                instance.acts_on_requests()?;
                dynamichosturl::DynamicHostUrl::compile(instance).map(Self::DynamicHostUrl)
            }
            "routerequesttoendpoint" => {
                instance.acts_on_requests()?;
                routerequesttoendpoint::RouteRequestToEndpoint::compile(instance).map(Self::RouteRequestToEndpoint)
            }
            "setqueryparameter" => {
                instance.acts_on_requests()?;
                setqueryparameter::SetQueryParameter::compile(instance).map(Self::SetQueryParameter)
            }
            "updatenextlink" => updatenextlink::UpdateNextLink::compile(instance).map(Self::UpdateNextLink),
            "setheader" => match instance.policy.section {
                PolicySection::None | PolicySection::Request => {
                    setheader::SetHeader::compile(instance).map(Self::SetRequestHeader)
                }
                PolicySection::Response => setheader::SetHeader::compile(instance).map(Self::SetResponseHeader),
                PolicySection::Failure => {
                    Err(InstanceError::Unsupported("the policy section `Failure` is not supported yet".to_owned()))
                }
                PolicySection::Other => {
                    Err(InstanceError::Invalid("the policy section must be `Request` or `Response`".to_owned()))
                }
            },
            known if NOT_YET.contains(&known) => {
                Err(InstanceError::Unsupported(format!("the policy template `{known}` is not supported yet")))
            }
            unknown => {
                let shown: String = unknown.chars().take(60).collect();
                Err(InstanceError::Invalid(format!("there is no policy template `{shown}`; correct its `templateId`")))
            }
        }
    }

    /// Acts on a request. Steps for answers only see to it that they can read them.
    pub(crate) fn on_request(&self, context: &Context<'_>, request: &mut ShapedRequest) -> Result<(), TemplateError> {
        match self {
            Self::DynamicHostUrl(step) => step.on_request(context, request),
            Self::RouteRequestToEndpoint(step) => step.on_request(context, request),
            Self::SetQueryParameter(step) => step.on_request(context, request),
            Self::SetRequestHeader(step) => step.on_request(context, request),
            Self::SetResponseHeader(_) => Ok(()),
            Self::UpdateNextLink(_) => {
                updatenextlink::UpdateNextLink::on_request(request);
                Ok(())
            }
        }
    }
}

/// What happens when a header or query parameter is already there. Letter case does not matter; absent is `override`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exists {
    Override,
    Append,
    Skip,
}

impl Exists {
    fn read(instance: &Instance<'_>) -> Result<Self, InstanceError> {
        match instance.optional("existsAction").map(|word| word.to_ascii_lowercase()).as_deref() {
            None | Some("" | "override") => Ok(Self::Override),
            Some("append") => Ok(Self::Append),
            Some("skip") => Ok(Self::Skip),
            Some(_) => Err(InstanceError::Invalid("`existsAction` must be override, append or skip".to_owned())),
        }
    }
}
