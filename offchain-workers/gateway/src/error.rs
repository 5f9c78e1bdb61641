//! Errors in the form that OpenAI's clients understand.

use crate::{api_key::BadKey, LedgerError};
use axum::{
	http::{header, StatusCode},
	response::{IntoResponse, Response},
	Json,
};
use openledger_openlora::{ChatError, EngineError, RequestError};
use serde_json::json;

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
	/// The body is not what the API takes.
	#[error("{0}")]
	Malformed(String),
	/// The model is not served here.
	#[error("the model `{0}` is not served here: GET /v1/models lists those that are")]
	UnknownModel(String),
	/// There is no voucher.
	#[error(
		"no voucher: send `Authorization: Bearer olv1-…`, a voucher that you sign for a channel to this agent; see \
		 README, section Paying"
	)]
	NoVoucher,
	/// The key cannot be read.
	#[error(transparent)]
	BadKey(#[from] BadKey),
	/// It cannot be paid for.
	#[error(transparent)]
	Payment(#[from] LedgerError),
	/// The messages cannot be rendered.
	#[error("the messages cannot be rendered: {0}")]
	Chat(#[from] ChatError),
	/// It is not known which rows were taken down: a source that is named could be one of them.
	#[error("sources cannot be checked now, because the chain has not been heard of for some time: try again")]
	SourcesUnavailable,
	/// The engine refuses.
	#[error("{0}")]
	Engine(#[from] EngineError),
	/// The engine gave up in the middle of an answer.
	#[error("{0}")]
	Request(RequestError),
	/// Only the auditors of a case read what it is about.
	#[error("you do not judge this case, or its receipt is not disclosed, or the signature is not yours")]
	NotAMember,
	/// There is no such receipt.
	#[error("there is no such record")]
	NotFound,
	/// Our fault.
	#[error("internal error: {0}")]
	Internal(String),
}

impl ApiError {
	/// HTTP status and the code that clients switch on.
	pub fn status(&self) -> (StatusCode, &'static str) {
		match self {
			Self::Malformed(_) | Self::Chat(_) => (StatusCode::BAD_REQUEST, "malformed_request"),
			Self::UnknownModel(_) => (StatusCode::NOT_FOUND, "model_not_found"),
			Self::NoVoucher => (StatusCode::UNAUTHORIZED, "no_voucher"),
			Self::BadKey(_) => (StatusCode::UNAUTHORIZED, "invalid_api_key"),
			Self::Payment(error) => match error {
				LedgerError::WrongAgent { .. } | LedgerError::BadSignature { .. } | LedgerError::BadSession { .. } => {
					(StatusCode::UNAUTHORIZED, "invalid_voucher")
				}
				LedgerError::NoChannel { .. } => (StatusCode::PAYMENT_REQUIRED, "no_channel"),
				LedgerError::AboveTerms { .. } => (StatusCode::PAYMENT_REQUIRED, "terms_exceeded"),
				LedgerError::Exhausted { .. } => (StatusCode::PAYMENT_REQUIRED, "channel_exhausted"),
				LedgerError::AtCapacity => (StatusCode::SERVICE_UNAVAILABLE, "agent_at_capacity"),
				LedgerError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "ledger_unavailable"),
			},
			Self::Engine(error) => match error {
				EngineError::Overloaded { .. } => (StatusCode::TOO_MANY_REQUESTS, "overloaded"),
				EngineError::PromptTooLong { .. } | EngineError::TooLarge { .. } => {
					(StatusCode::BAD_REQUEST, "context_length_exceeded")
				}
				EngineError::EmptyPrompt | EngineError::Invalid(_) => (StatusCode::BAD_REQUEST, "malformed_request"),
				_ => (StatusCode::SERVICE_UNAVAILABLE, "engine_unavailable"),
			},
			Self::Request(_) => (StatusCode::SERVICE_UNAVAILABLE, "engine_unavailable"),
			Self::SourcesUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "sources_unavailable"),
			Self::NotAMember => (StatusCode::FORBIDDEN, "not_a_member"),
			Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
			Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
		}
	}

	/// The body: OpenAI's error object.
	pub fn body(&self) -> serde_json::Value {
		let (status, code) = self.status();
		let kind = match status {
			StatusCode::UNAUTHORIZED => "authentication_error",
			StatusCode::FORBIDDEN => "permission_error",
			StatusCode::PAYMENT_REQUIRED => "payment_required",
			status if status.is_server_error() => "server_error",
			_ => "invalid_request_error",
		};
		json!({ "error": { "message": self.to_string(), "type": kind, "code": code, "param": null } })
	}
}

impl IntoResponse for ApiError {
	fn into_response(self) -> Response {
		let (status, code) = self.status();
		if status.is_server_error() {
			tracing::error!(code, error = %self, "request failed");
		} else {
			tracing::debug!(code, error = %self, "request refused");
		}
		let retry = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
		let mut response = (status, Json(self.body())).into_response();
		if retry {
			response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
		}
		response
	}
}
