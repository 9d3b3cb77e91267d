// Package binding names what the deployment gives to the Worker: one list, from which the Pulumi program binds and the
// Worker reads, so that neither side can have a name that the other lacks. It imports nothing of the application.
package binding

// Kind is how Cloudflare binds a value.
type Kind string

// The kinds in use.
const (
	D1     Kind = "d1"
	R2     Kind = "r2_bucket"
	Plain  Kind = "plain_text"
	Secret Kind = "secret_text"
)

// Binding is one name in the Worker's environment.
type Binding struct {
	Name     string
	Kind     Kind
	Required bool // without it the Worker can't do its work; an optional one may be left out
	Meaning  string
}

// The names.
const (
	DB     = "DB"
	Bucket = "GENERATIONS_BUCKET"

	QwenRegion         = "QWEN_REGION"
	QwenImageModel     = "QWEN_IMAGE_MODEL"
	QwenImageEditModel = "QWEN_IMAGE_EDIT_MODEL"
	QwenVideoModel     = "QWEN_VIDEO_MODEL"
	QwenTimeout        = "QWEN_TIMEOUT_MS"
	QwenImageHosts     = "QWEN_IMAGE_HOSTS"
	AuthURL            = "BETTER_AUTH_URL"
	TrustedOrigins     = "BETTER_AUTH_TRUSTED_ORIGINS"
	BundleDigest       = "BUNDLE_SHA256"
	SchemaVersion      = "SCHEMA_VERSION"
	FreeCreditsFor     = "FREE_CREDITS_FOR"
	DailyGenerations   = "DAILY_GENERATIONS"

	QwenKey            = "QWEN_API_KEY"
	AuthSecret         = "BETTER_AUTH_SECRET"
	GoogleClientID     = "GOOGLE_CLIENT_ID"
	GoogleClientSecret = "GOOGLE_CLIENT_SECRET"
	GitHubClientID     = "GITHUB_CLIENT_ID"
	GitHubClientSecret = "GITHUB_CLIENT_SECRET"
	AccountTokenKeys   = "ACCOUNT_TOKEN_KEYS"
	MigrateToken       = "MIGRATE_TOKEN"

	ClientAddressSecret = "CLIENT_ADDRESS_SECRET"
)

// BundleHeader is the header in which the health route tells BundleDigest, so that a deployment can be tested for what
// really answers.
const BundleHeader = "X-Bundle-Sha256"

// All lists every binding, in the order in which a reviewer reads them.
func All() []Binding {
	return []Binding{
		{DB, D1, true, "the database"},
		{Bucket, R2, false, "generated images and reference photos"},
		{QwenRegion, Plain, false, "DashScope region: sg or bj"},
		{QwenImageModel, Plain, false, "model of image-from-text"},
		{QwenImageEditModel, Plain, false, "model of image-from-reference"},
		{QwenVideoModel, Plain, false, "model of video-from-reference"},
		{QwenTimeout, Plain, false, "longest wait for DashScope, in milliseconds"},
		{QwenImageHosts, Plain, false, "hosts of the provider's images, comma-separated; any public one without it"},
		{AuthURL, Plain, true, "public origin of the API"},
		{TrustedOrigins, Plain, false, "origins of the frontends, comma-separated"},
		{FreeCreditsFor, Plain, false, "who gets free credits: everyone, or verified for those with a proven e-mail address"},
		{DailyGenerations, Plain, false, "most generations of all users together in a day of UTC; without it there is no ceiling"},
		{BundleDigest, Plain, false, "SHA-256 of the bundle that runs, in hex"},
		{SchemaVersion, Plain, false, "last migration and a digest of all of them"},
		{AuthSecret, Secret, true, "key of cookie signatures"},
		{QwenKey, Secret, false, "DashScope API key"},
		{GoogleClientID, Secret, false, "sign-in with Google: client id"},
		{GoogleClientSecret, Secret, false, "sign-in with Google: client secret"},
		{GitHubClientID, Secret, false, "sign-in with GitHub: client id"},
		{GitHubClientSecret, Secret, false, "sign-in with GitHub: client secret"},
		{ClientAddressSecret, Secret, false, "key with which the frontend's own proxy signs its clients' addresses"},
		{AccountTokenKeys, Secret, false, "keys that encrypt OAuth tokens at rest: id:base64, comma-separated, the first encrypts"},
		{MigrateToken, Secret, false, "bearer secret of POST /api/migrate; without it the route is not there"},
	}
}
