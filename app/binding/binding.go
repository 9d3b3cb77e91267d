// Package binding lists what the deployment gives to the Worker. The Pulumi program binds this list and the Worker reads
// it, so neither can have a name that the other lacks; the documents that list bindings are tested against it. It imports
// nothing of the application, and holds no check that needs more than this list: the Worker links it.
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

// Rule names what a value must be like. Package infra/config checks it.
type Rule string

// The rules.
const (
	PublicOrigin   Rule = "public origin"
	TrustedOrigin  Rule = "trusted origins"
	Region         Rule = "region"
	Workspace      Rule = "workspace"
	BaseURL        Rule = "base URL"
	TextModel      Rule = "text model"
	PhotoModel     Rule = "photo model"
	Model          Rule = "model"
	Milliseconds   Rule = "milliseconds"
	Hosts          Rule = "hosts"
	CreditsFor     Rule = "credits for"
	Count          Rule = "count"
	Prices         Rule = "prices"
	SigningKey     Rule = "signing key"
	BearerToken    Rule = "bearer token"
	EncryptionKeys Rule = "encryption keys"
	HeaderText     Rule = "header text"
	GoogleID       Rule = "Google client ID"
	CreditPackList Rule = "credit packs"
	StripeKey      Rule = "Stripe key"
	StripeWebhook  Rule = "Stripe webhook secret"
)

// Binding is one name in the Worker's environment.
type Binding struct {
	Name    string
	Kind    Kind
	Meaning string

	Setting string // key of the stack's configuration that gives the value; "" if the Pulumi program makes it
	Rule    Rule
	MustSet bool   // a stack without a value is not deployed
	Default string // of the setting, in Pulumi.yaml
	Example string // a value as it is typed in a shell; "" if nobody can make one up
	Private bool   // refused on a pull request's stack, where anyone who may push a branch could read it
}

// The names.
const (
	DB     = "DB"
	Bucket = "GENERATIONS_BUCKET"

	QwenRegion         = "QWEN_REGION"
	QwenWorkspace      = "QWEN_WORKSPACE_ID"
	QwenBaseURL        = "QWEN_BASE_URL"
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
	SignUpCredits      = "SIGN_UP_CREDITS"
	DailyGenerations   = "DAILY_GENERATIONS"
	HistoryRetention   = "HISTORY_RETENTION_DAYS"
	CreditPacks        = "CREDIT_PACKS"
	CreditPrices       = "CREDIT_PRICES"

	QwenKey            = "QWEN_API_KEY"
	AuthSecret         = "BETTER_AUTH_SECRET"
	GoogleClientID     = "GOOGLE_CLIENT_ID"
	GoogleClientSecret = "GOOGLE_CLIENT_SECRET"
	GitHubClientID     = "GITHUB_CLIENT_ID"
	GitHubClientSecret = "GITHUB_CLIENT_SECRET"
	AccountTokenKeys   = "ACCOUNT_TOKEN_KEYS"
	MigrateToken       = "MIGRATE_TOKEN"

	ClientAddressSecret = "CLIENT_ADDRESS_SECRET"
	StripeSecretKey     = "STRIPE_SECRET_KEY"
	StripeWebhookSecret = "STRIPE_WEBHOOK_SECRET"
)

// BundleHeader is the header in which the health route returns BundleDigest, so that a deployment can be tested for what
// really answers.
const BundleHeader = "X-Bundle-Sha256"

const randomKey string = `"$(openssl rand -base64 32)"`

// The required ones are separate, so that the Worker, which needs only these, does not link the rest.
var (
	database = Binding{Name: DB, Kind: D1, Meaning: "the database"}
	authURL  = Binding{
		Name: AuthURL, Kind: Plain, Meaning: "public origin of the API",
		Setting: "publicUrl", Rule: PublicOrigin, MustSet: true, Example: "https://api.example.com",
	}
	authSecret = Binding{
		Name: AuthSecret, Kind: Secret, Meaning: "key of cookie signatures",
		Setting: "betterAuthSecret", Rule: SigningKey, MustSet: true, Example: randomKey,
	}
)

// Required lists the bindings without which the Worker cannot do its work.
func Required() []Binding { return []Binding{database, authURL, authSecret} }

// All lists every binding, in the order in which a reviewer reads them.
func All() []Binding {
	return []Binding{
		database,
		{Name: Bucket, Kind: R2, Meaning: "generated images and reference photos"},

		{
			Name: QwenRegion, Kind: Plain, Meaning: "DashScope region: sg, bj, us, de, hk or jp",
			Setting: "qwenRegion", Rule: Region, MustSet: true, Default: "sg", Example: "sg",
		},
		{
			Name: QwenWorkspace, Kind: Plain, Meaning: "Model Studio workspace, whose own host is called; without it, the region's shared one",
			Setting: "qwenWorkspaceId", Rule: Workspace, Example: "ws-0123456789",
		},
		{
			Name: QwenBaseURL, Kind: Plain, Meaning: "https://host that is called instead of the region's",
			Setting: "qwenBaseUrl", Rule: BaseURL, Example: "https://dashscope-intl.aliyuncs.com",
		},
		{
			Name: QwenImageModel, Kind: Plain, Meaning: "model of image-from-text",
			Setting: "qwenImageModel", Rule: TextModel, MustSet: true, Default: "qwen-image-max", Example: "qwen-image-max",
		},
		{
			Name: QwenImageEditModel, Kind: Plain, Meaning: "model of image-from-reference",
			Setting: "qwenImageEditModel", Rule: PhotoModel, MustSet: true, Default: "qwen-image-edit-max", Example: "qwen-image-edit-max",
		},
		{
			Name: QwenVideoModel, Kind: Plain, Meaning: "model of video-from-reference; without it there is no video",
			Setting: "qwenVideoModel", Rule: Model, Example: "wan2.6-i2v",
		},
		{
			Name: QwenTimeout, Kind: Plain, Meaning: "longest wait for DashScope, in milliseconds",
			Setting: "qwenTimeoutMs", Rule: Milliseconds, MustSet: true, Default: "45000", Example: "45000",
		},
		{
			Name: QwenImageHosts, Kind: Plain, Meaning: "hosts of the provider's images, comma-separated; any public one without it",
			Setting: "qwenImageHosts", Rule: Hosts, Default: "aliyuncs.com", Example: "aliyuncs.com",
		},
		authURL,
		{
			Name: TrustedOrigins, Kind: Plain, Meaning: "origins of the frontends, comma-separated",
			Setting: "trustedOrigins", Rule: TrustedOrigin, Example: "https://app.example.com",
		},
		{
			Name: FreeCreditsFor, Kind: Plain, Meaning: "who gets free credits: everyone, or verified for those with a verified e-mail address",
			Setting: "freeCreditsFor", Rule: CreditsFor, Default: "everyone", Example: "everyone",
		},
		{
			Name: SignUpCredits, Kind: Plain, Meaning: "free credits of each kind for a new user",
			Setting: "signUpCredits", Rule: Count, Default: "1", Example: "1",
		},
		{
			Name: DailyGenerations, Kind: Plain, Meaning: "most generations of all users together in a day of UTC; without it there is no ceiling",
			Setting: "dailyGenerations", Rule: Count, Example: "1000",
		},
		{
			Name: HistoryRetention, Kind: Plain, Meaning: "days that generations and their pictures are kept; 0 or nothing for ever",
			Setting: "historyRetentionDays", Rule: Count, Example: "365",
		},
		{
			Name: CreditPacks, Kind: Plain, Meaning: "packs of credits that users can buy: id=currency:amount:product shoots:ad graphics, comma-separated",
			Setting: "creditPacks", Rule: CreditPackList, Example: "starter=usd:1000:10:10",
		},
		{
			Name: CreditPrices, Kind: Plain, Meaning: "what orders cost where it is not the usual: model=credits, and of a video model:resolution=credits per second",
			Setting: "creditPrices", Rule: Prices, Example: `"qwen-image-3.0-pro=2, wan2.6-i2v:720P=3"`,
		},
		{Name: BundleDigest, Kind: Plain, Meaning: "SHA-256 of the bundle that runs, in hex"},
		{Name: SchemaVersion, Kind: Plain, Meaning: "last migration and a digest of all of them"},

		authSecret,
		{
			Name: QwenKey, Kind: Secret, Meaning: "DashScope API key",
			Setting: "qwenApiKey", Rule: HeaderText, MustSet: true,
		},
		{
			Name: GoogleClientID, Kind: Secret, Meaning: "sign-in with Google: client ID",
			Setting: "googleClientId", Rule: GoogleID, Private: true,
		},
		{
			Name: GoogleClientSecret, Kind: Secret, Meaning: "sign-in with Google: client secret",
			Setting: "googleClientSecret", Rule: HeaderText, Private: true,
		},
		{
			Name: GitHubClientID, Kind: Secret, Meaning: "sign-in with GitHub: client ID",
			Setting: "githubClientId", Rule: HeaderText, Private: true,
		},
		{
			Name: GitHubClientSecret, Kind: Secret, Meaning: "sign-in with GitHub: client secret",
			Setting: "githubClientSecret", Rule: HeaderText, Private: true,
		},
		{
			Name: StripeSecretKey, Kind: Secret, Meaning: "buying credits: Stripe's secret key",
			Setting: "stripeSecretKey", Rule: StripeKey, Private: true,
		},
		{
			Name: StripeWebhookSecret, Kind: Secret, Meaning: "buying credits: signing secret of Stripe's webhook endpoint",
			Setting: "stripeWebhookSecret", Rule: StripeWebhook, Private: true,
		},
		{
			Name: ClientAddressSecret, Kind: Secret, Meaning: "key with which the frontend's own proxy signs its clients' addresses",
			Setting: "clientAddressSecret", Rule: BearerToken, Example: randomKey,
		},
		{
			Name: AccountTokenKeys, Kind: Secret, Meaning: "keys that encrypt OAuth tokens at rest: id:base64, comma-separated, the first encrypts",
			Setting: "accountTokenKeys", Rule: EncryptionKeys, Example: `"k1:$(openssl rand -base64 32)"`,
		},
		{
			Name: MigrateToken, Kind: Secret, Meaning: "bearer token of POST /api/migrate; without it the route does not exist",
			Setting: "migrateToken", Rule: BearerToken, Example: randomKey, Private: true,
		},
	}
}

// Of returns the binding of a name, one of the constants above.
func Of(name string) Binding {
	for _, b := range All() {
		if b.Name == name {
			return b
		}
	}
	panic("no binding is named " + name)
}
