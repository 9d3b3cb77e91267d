package main

import (
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/cloudflare"
)

// reach returns the stack's account over REST, for what the provider's resources do not cover. It is where the provider
// finds it: its configuration goes before its environment variables.
func (s settings) reach(ctx *pulumi.Context) (cloudflare.Account, error) {
	configured := map[string]string{"CLOUDFLARE_API_HOSTNAME": "apiHostname", "CLOUDFLARE_API_BASE_PATH": "apiBasePath"}
	api := cloudflare.Base(func(variable string) string {
		if value, set := ctx.GetConfig("cloudflare:" + configured[variable]); set {
			return value
		}
		return os.Getenv(variable)
	})
	client, err := cloudflare.Trusting(os.Getenv("SSL_CERT_FILE"))
	return cloudflare.Account{API: api, ID: s.account, Token: s.token, Client: client}, err
}

// quick bounds an attempt of what makes Cloudflare work for a moment only, and spaces the attempts: a hook would rather
// wait than fail a deployment.
func quick(account cloudflare.Account) cloudflare.Account {
	account.Timeout, account.Pause = 15*time.Second, time.Second
	return account
}
