package qwen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/safejson"
)

// Access is what the provider reports about the settings, without an order.
type Access struct {
	Host     string
	Models   []string // that the settings name
	Unlisted []string // of these, those that are not in the provider's list, which may have further pages
}

// ErrNoList is returned by CheckAccess if the host answers but has no list of quotas, as gateways may not: nothing is proven.
var ErrNoList = errors.New("the host has no list of quotas, so that key and models could not be checked")

// quotasPath lists what the account may use: "List model quotas" in the provider's documentation.
const quotasPath = "/api/v1/quotas"

// maxQuotas is the longest list that is read, in bytes.
const maxQuotas = 4 << 20

// CheckAccess asks the provider for the quotas of the key's account: that proves key, host and region together, and costs
// nothing. Errors: BackendMisconfig, ErrNoList, *studio.ProviderError.
func (c *Client) CheckAccess(ctx context.Context) (Access, error) {
	if c.wrong != nil {
		return Access{}, c.wrong
	}
	access := Access{Host: c.host(), Models: []string{c.settings.imageModel, c.settings.editModel}}
	if video := c.settings.videoModel; video != "" {
		access.Models = append(access.Models, video)
	}
	request, err := c.newRequest(ctx, http.MethodGet, quotasPath, nil)
	if err != nil {
		return access, err
	}

	response, err := c.http.Do(request)
	if err != nil {
		return access, unreachable(ctx, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxQuotas))
	if err != nil {
		return access, unreachable(ctx, err)
	}

	pictures := c.newPictures(ctx)
	defer pictures.Close()
	body, _ := readAnswer(bytes.NewReader(text), pictures)
	said := replyOf(response, body)
	switch {
	case said.status == http.StatusNotFound && !said.refusesAccount():
		return access, ErrNoList
	case said.failed():
		return access, said.failure()
	case !safejson.Valid(text):
		return access, ErrNoList
	}
	for _, model := range access.Models {
		if !strings.Contains(string(text), fmt.Sprintf("%q", model)) {
			access.Unlisted = append(access.Unlisted, model)
		}
	}
	return access, nil
}

func (c *Client) host() string {
	parsed, err := url.Parse(c.settings.base)
	if err != nil {
		return c.settings.base
	}
	return parsed.Host
}
