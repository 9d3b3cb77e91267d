package localcloud

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/cloudflare"
)

// Running is a local Cloudflare that runs, as local/main.mjs describes it in its --info file.
type Running struct {
	PID    int    `json:"pid"`
	API    string `json:"api"` // base URL of its REST API, plain http
	TLS    string `json:"tls"` // host:port of the same with TLS
	ID     string `json:"account"`
	Token  string `json:"token"`
	CA     string `json:"ca"`     // path of the certificate that signed the TLS server's
	Worker string `json:"worker"` // origin where the Worker answers
}

// Account returns its only account.
func (r Running) Account() cloudflare.Account {
	return cloudflare.Account{API: r.API, ID: r.ID, Token: r.Token}
}

// Trigger runs the scheduled handler of a Worker now, and returns when it has ended.
func (r Running) Trigger(ctx context.Context, script string) error {
	address := strings.TrimSuffix(r.API, "/client/v4") + "/__scheduled?script=" + url.QueryEscape(script)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+r.Token)

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("run the schedule of %s: %s: %s", script, response.Status, answer)
	}
	return err
}

// SandboxKey is the DashScope key with which the local Cloudflare answers DashScope's hosts itself.
const SandboxKey = "sandbox"
