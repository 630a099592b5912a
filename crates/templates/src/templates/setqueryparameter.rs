//! `setqueryparameter`: sets, extends or supplies a query parameter of the request.
//!
//! Names compare decoded. A parameter that is replaced keeps its place; what is appended follows the existing value
//! directly. Values are encoded once.

use super::Exists;
use crate::error::TemplateError;
use crate::expression::Part;
use crate::instance::{Instance, InstanceError};
use crate::value::{Context, Scope, decoded_eq, encode_query};
use backshell_model::{QueryPair, SealedText, ShapedRequest};
use percent_encoding::percent_decode_str;

/// A compiled instance.
#[derive(Debug)]
pub(crate) struct SetQueryParameter {
    /// Decoded, for comparing.
    name: String,
    /// Encoded, for writing.
    encoded: String,
    value: Vec<Part>,
    exists: Exists,
}

impl SetQueryParameter {
    pub(crate) fn compile(instance: &Instance<'_>) -> Result<Self, InstanceError> {
        let name = instance.required("name")?;
        let name = percent_decode_str(&name).decode_utf8_lossy().into_owned();
        if name.is_empty() {
            return Err(InstanceError::invalid("the query parameter has no name"));
        }
        let encoded = encode_query(&SealedText::literal(name.as_str()));
        let encoded = encoded.ok().and_then(|encoded| encoded.as_literal().map(str::to_owned)).unwrap_or_default();
        Ok(Self { name, encoded, value: instance.expression("value")?, exists: Exists::read(instance)? })
    }

    pub(crate) fn on_request(&self, context: &Context<'_>, request: &mut ShapedRequest) -> Result<(), TemplateError> {
        let position = request.query.iter().position(|pair| decoded_eq(&pair.name, &self.name));
        if position.is_some() && self.exists == Exists::Skip {
            return Ok(());
        }
        let value = encode_query(&Scope { context, request: Some(request) }.text(&self.value)?)?;
        let Some(pair) = position.and_then(|position| request.query.get_mut(position)) else {
            request.query.push(QueryPair { name: self.encoded.clone(), value: Some(value) });
            return Ok(());
        };
        if self.exists == Exists::Append {
            pair.value.get_or_insert_default().append(value);
            return Ok(());
        }
        pair.value = Some(value);
        let mut index = 0;
        request.query.retain(|pair| {
            index += 1;
            Some(index - 1) == position || !decoded_eq(&pair.name, &self.name)
        });
        Ok(())
    }
}
