package config

import (
	"os"
	"time"

	"github.com/addreams/addreams/app/cloudflare"
)

// Account is the stack's Cloudflare account.
type Account struct {
	ID    string
	token string // of the API, for the hooks
	api   string // base URL of the API
}

// account reads where the account is, as Cloudflare's provider does: its configuration goes before its environment
// variables.
func (r *reader) account() Account {
	configured := map[string]string{"CLOUDFLARE_API_HOSTNAME": "apiHostname", "CLOUDFLARE_API_BASE_PATH": "apiBasePath"}
	api := cloudflare.Base(func(variable string) string {
		if value, set := r.ctx.GetConfig("cloudflare:" + configured[variable]); set {
			return value
		}
		return os.Getenv(variable)
	})
	return Account{ID: r.text("accountId"), token: r.token(), api: api}
}

func (r *reader) token() string {
	if token, _ := r.ctx.GetConfig("cloudflare:apiToken"); token != "" {
		return token
	}
	return os.Getenv("CLOUDFLARE_API_TOKEN")
}

// Reach returns the account's REST API, for what the provider's resources do not cover.
func (a Account) Reach() (cloudflare.Account, error) {
	client, err := cloudflare.Trusting(os.Getenv("SSL_CERT_FILE"))
	return cloudflare.Account{API: a.api, ID: a.ID, Token: a.token, Client: client}, err
}

// ReachQuickly is Reach for calls that keep Cloudflare busy for a moment only: an attempt without an answer is given up
// early, and the attempts are spaced, because a hook would rather wait than fail a deployment.
func (a Account) ReachQuickly() (cloudflare.Account, error) {
	account, err := a.Reach()
	account.Timeout, account.Pause = 15*time.Second, time.Second
	return account, err
}

// ImportWorker returns the arguments of `pulumi` that take an existing Worker over. They change the state alone.
func ImportWorker(account, script string) []string {
	return []string{
		"import", "cloudflare:index/workersScript:WorkersScript", "worker", account + "/" + script,
		"--generate-code=false", "--protect=false", "--yes",
	}
}
