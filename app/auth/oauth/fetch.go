package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

// maxAnswer is the longest answer, in bytes, that is read from a provider.
const maxAnswer = 1 << 20

// fetchJSON gets a JSON document, with a bearer token if there is one.
func fetchJSON(ctx context.Context, caller platform.HTTPClient, url, bearer string) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	return doJSON(caller, request)
}

// doJSON sends a request and reads the JSON document that is answered. GitHub refuses a request without User-Agent. The
// error does not hold the answer: a secret may be in it.
func doJSON(caller platform.HTTPClient, request *http.Request) (json.RawMessage, error) {
	request.Header.Set("User-Agent", "addreams")
	response, err := caller.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()

	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", request.URL.Host, response.StatusCode)
	}
	if !safejson.Valid(body) {
		return nil, fmt.Errorf("%s answered no JSON", request.URL.Host)
	}
	return body, nil
}
