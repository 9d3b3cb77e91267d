package fault

// The codes of the application's own routes. Those of /api/auth are better-auth's, and are defined in package auth.
const (
	Internal            Code = "INTERNAL_SERVER_ERROR"
	Unauthorized        Code = "UNAUTHORIZED"
	InvalidRequest      Code = "INVALID_REQUEST"
	NotFound            Code = "NOT_FOUND"
	OutOfCredits        Code = "OUT_OF_CREDITS"
	TooManyFailures     Code = "TOO_MANY_FAILURES"
	DailyCeiling        Code = "DAILY_LIMIT_REACHED"
	KeyInUse            Code = "IDEMPOTENCY_KEY_IN_USE"
	KeyReused           Code = "IDEMPOTENCY_KEY_REUSED"
	ForeignOrigin       Code = "INVALID_ORIGIN"
	PayloadTooLarge     Code = "PAYLOAD_TOO_LARGE"
	BackendMisconfig    Code = "BACKEND_MISCONFIGURED"
	Busy                Code = "SERVICE_BUSY"
	RequestTimeout      Code = "REQUEST_TIMEOUT"
	WorkflowUnavailable Code = "WORKFLOW_UNAVAILABLE"

	APIKeyInvalid    Code = "INVALID_API_KEY"
	APIKeyDisabled   Code = "KEY_DISABLED"
	APIKeyExpired    Code = "KEY_EXPIRED"
	APIKeyUsedUp     Code = "USAGE_EXCEEDED"
	APIKeyScope      Code = "INSUFFICIENT_SCOPE"
	APIKeyNotAllowed Code = "API_KEY_NOT_ALLOWED"
	APIKeyInURL      Code = "API_KEY_IN_URL"
	TooManyWrongKeys Code = "TOO_MANY_INVALID_KEYS"

	UpstreamPolicy      Code = "UPSTREAM_POLICY_VIOLATION"
	UpstreamUnavailable Code = "UPSTREAM_UNAVAILABLE"
	UpstreamParameter   Code = "UPSTREAM_INVALID_PARAMETER"
	UpstreamAuth        Code = "UPSTREAM_AUTH_ERROR"
	UpstreamRateLimited Code = "UPSTREAM_RATE_LIMITED"
	UpstreamQuota       Code = "UPSTREAM_QUOTA_EXHAUSTED"
	UpstreamFailed      Code = "UPSTREAM_REQUEST_FAILED"
	UpstreamMalformed   Code = "UPSTREAM_MALFORMED_RESPONSE"
	UpstreamTimeout     Code = "UPSTREAM_TIMEOUT"
)
