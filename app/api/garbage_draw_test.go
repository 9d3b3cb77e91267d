package api_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/api/apitest"
)

// drawRequest draws a request that no frontend sends, to a route or a path like it. Half of them have proper headers and cookies,
// to get past the gate.
func drawRequest(t *rapid.T, ada *user, routes [][2]string, id string) *http.Request {
	route := rapid.SampledFrom(routes).Draw(t, "route")
	method := rapid.SampledFrom(append([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}, slices.Repeat(route[:1], 20)...)).Draw(t, "method")
	path, query := drawPath(t, route[1], id), drawQuery(t)
	address, err := url.ParseRequestURI(path + "?" + query)
	if err != nil { // a server refuses it before us
		address = &url.URL{Path: route[1], RawQuery: query}
	}
	request := httptest.NewRequest(method, apitest.PublicURL, nil)
	body, length := drawBody(t, route[1])
	request.URL, request.Body, request.ContentLength = address, io.NopCloser(body), length
	if rapid.Bool().Draw(t, "polite") {
		request.Header = http.Header{"Origin": {apitest.Frontend}, "Content-Type": {"application/json"}}
		for _, cookie := range ada.cookies {
			request.AddCookie(cookie)
		}
		return request
	}

	drawHeaders(t, request.Header)
	drawCookies(t, ada, request)
	return request
}

func drawPath(t *rapid.T, path, id string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, ":") {
			odd := rapid.SampledFrom([]string{id, "0", "%00", "%ff", "%2e%2e%2f", "%27%20OR%201=1", "google", strings.Repeat("x", 5000), url.PathEscape(oddText().Draw(t, "segment"))})
			segments[i] = odd.Draw(t, "segment")
		}
	}
	return strings.Join(segments, "/") + rapid.SampledFrom([]string{"", "", "", "", "/", "//", "/%2f", ";x"}).Draw(t, "tail")
}

var queryNames = []string{"limit", "offset", "workflow", "status", "token", "state", "code", "error", "error_description", "callbackURL", "disableCookieCache", "accountId", "x"}

func drawQuery(t *rapid.T) string {
	var pairs []string
	for range rapid.IntRange(0, 3).Draw(t, "parameters") {
		value := rapid.OneOf(
			rapid.SampledFrom([]string{"", "%", "%zz", "%ff", "%00", "1e9", "-1", "99999999999999999999", "a;b", "/studio", "https://evil.test", "[]"}),
			rapid.Map(oddText(), url.QueryEscape),
		).Draw(t, "value")
		pairs = append(pairs, rapid.SampledFrom(queryNames).Draw(t, "parameter")+"="+value)
	}
	return strings.Join(pairs, "&")
}

// oddText draws bytes that may be valid text or not.
func oddText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }))
}

var headerValues = map[string][]string{
	"Origin":           {apitest.Frontend, apitest.Frontend, apitest.Frontend, apitest.PublicURL, "null", "https://evil.test", "http://", ""},
	"Referer":          {apitest.Frontend + "/x", "nonsense"},
	"Content-Type":     {"application/json", "application/json", "application/json", "application/x-www-form-urlencoded", "text/plain", "application/json; charset=\xff", ""},
	"Authorization":    {"Bearer ", "Bearer x", "Basic \xff"},
	"Cf-Connecting-Ip": {"203.0.113.7", "::1", "nonsense", ""},
	"User-Agent":       {"", "\xff\xfe", strings.Repeat("a", 20_000)},
	"Sec-Fetch-Mode":   {"navigate", "cors", " "},
	"Sec-Fetch-Site":   {"cross-site", "\xff"},
}

func drawHeaders(t *rapid.T, header http.Header) {
	for _, name := range []string{"Origin", "Referer", "Content-Type", "Authorization", "Cf-Connecting-Ip", "User-Agent", "Sec-Fetch-Mode", "Sec-Fetch-Site"} {
		switch rapid.IntRange(0, 5).Draw(t, name) {
		case 0:
		case 1:
			header.Set(name, oddText().Draw(t, name))
		default:
			if name == "Origin" || name == "Content-Type" || rapid.Bool().Draw(t, "sent") {
				header.Set(name, rapid.SampledFrom(headerValues[name]).Draw(t, name))
			}
		}
	}
}

func drawCookies(t *rapid.T, ada *user, request *http.Request) {
	var pairs []string
	for _, cookie := range ada.cookies {
		switch rapid.IntRange(0, 7).Draw(t, "cookie") {
		case 0:
		case 1:
			pairs = append(pairs, cookie.Name+"="+oddText().Draw(t, "cookie value"))
		case 2:
			cut := rapid.IntRange(0, len(cookie.Value)).Draw(t, "cut")
			pairs = append(pairs, cookie.Name+"="+cookie.Value[:cut])
		default:
			pairs = append(pairs, cookie.Name+"="+cookie.Value)
		}
	}

	if rapid.IntRange(0, 3).Draw(t, "more cookies") == 0 {
		name := rapid.SampledFrom([]string{apitest.SessionToken, apitest.SessionData, apitest.SessionData + ".0", apitest.SessionData + ".7", apitest.DontRemember, apitest.OAuthState, ""}).Draw(t, "cookie name")
		pairs = append(pairs, name+"="+oddText().Draw(t, "cookie value"), oddText().Draw(t, "no pair"))
	}

	if len(pairs) > 0 {
		request.Header.Set("Cookie", strings.Join(pairs, rapid.SampledFrom([]string{"; ", ";"}).Draw(t, "separator")))
	}
}

var fieldNames = []string{
	"prompt", "size", "n", "seed", "negative_prompt", "input", "parameters", "referenceImageUrl", "messages", "content", "text", "image",
	"email", "password", "name", "newPassword", "currentPassword", "callbackURL", "errorCallbackURL", "rememberMe", "provider", "providerId",
	"accountId", "idToken", "token", "scopes", "additionalData", "loginHint", "newEmail", "revokeOtherSessions", "redirectTo", "state", "code",
}

// drawBody draws a body and its claimed length: a valid body with a field or two replaced, truncated or corrupted, and other
// variations.
func drawBody(t *rapid.T, route string) (io.Reader, int64) {
	var text string
	switch rapid.IntRange(0, 9).Draw(t, "body") {
	case 0:
		text = oddText().Draw(t, "bytes")
	case 1:
		text = rapid.SampledFrom([]string{"", "null", "[]", "{", `"`, `{"a":1}x`, "\ufeff{}", strings.Repeat("[", 20_000), `{"n":1e999}`, "a=b&c=%zz"}).Draw(t, "document")
	case 2, 3:
		text = encoded(t, drawObject(t, 3))
	default:
		text = drawNearlyGood(t, good[route])
	}
	if rapid.IntRange(0, 7).Draw(t, "spoilt") == 0 {
		at := rapid.IntRange(0, len(text)).Draw(t, "where")
		text = text[:at] + oddText().Draw(t, "spoilt by") + text[at:]
	}
	switch rapid.IntRange(0, 19).Draw(t, "transfer") {
	case 0:
		return io.MultiReader(strings.NewReader(text), iotest.ErrReader(errors.New("connection reset"))), -1
	case 1:
		return strings.NewReader(text), -1
	case 2:
		return strings.NewReader(text), 1 << 40
	}

	return strings.NewReader(text), int64(len(text))
}

// drawNearlyGood replaces up to two fields of a valid body.
func drawNearlyGood(t *rapid.T, body string) string {
	var object map[string]any
	if json.Unmarshal([]byte(cmp.Or(body, "{}")), &object) != nil {
		t.Fatalf("no JSON: %s", body)
	}
	names := slices.Sorted(maps.Keys(object))
	for range rapid.IntRange(0, 2).Draw(t, "replaced") {
		if len(names) > 0 {
			object[rapid.SampledFrom(names).Draw(t, "field")] = drawValue(t, 2)
		}
	}
	return encoded(t, object)
}

func encoded(t *rapid.T, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func drawObject(t *rapid.T, depth int) map[string]any {
	object := map[string]any{}
	for range rapid.IntRange(0, 8).Draw(t, "fields") {
		object[rapid.SampledFrom(fieldNames).Draw(t, "field")] = drawValue(t, depth-1)
	}
	return object
}

func drawValue(t *rapid.T, depth int) any {
	kinds := []string{"text", "text", "text", "odd", "number", "word", "object", "array"}
	if depth <= 0 {
		kinds = kinds[:6]
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "text":
		return rapid.SampledFrom([]string{"", " ", "ada@example.test", "12345678", "google", "github", "credential", "/studio", "https://x.test/a.png", "512*512", "data:image/png;base64,AA", strings.Repeat("<", 3000)}).Draw(t, "text")
	case "odd":
		return oddText().Draw(t, "text")
	case "number":
		return rapid.OneOf(rapid.Map(rapid.Int(), func(i int) any { return i }), rapid.SampledFrom([]any{0, 1, 1.5, -1, 1e300})).Draw(t, "number")
	case "word":
		return rapid.SampledFrom([]any{nil, true, false}).Draw(t, "word")
	case "array":
		var array []any
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			array = append(array, drawValue(t, depth-1))
		}
		return slices.Clip(array)
	}

	return drawObject(t, depth)
}
