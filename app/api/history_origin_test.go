package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// Defect 10: the image's URL named whatever host the Worker saw.
func TestAssetOrigin(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.AuthURL] = "https://app.example.test/"
	ada := signUp(s, "ada")
	ada.generate()
	const same, page = "same-origin", apitest.Frontend + "/history?x=1"
	const called = "http://api.workers.test/api/history"
	cases := map[string]struct {
		url, origin, referer, site string
		want                       string
	}{
		"behind a proxy":                      {"http://api.internal.test/api/history", "", "", "", "https://app.example.test"},
		"from a trusted page":                 {called, apitest.Frontend, "", "", "http://api.workers.test"},
		"the same, over TLS":                  {"https://api.workers.test/api/history", apitest.Frontend, "", "", "https://api.workers.test"},
		"from an untrusted page":              {called, "https://evil.test", "", "", "https://app.example.test"},
		"its referrer does not help":          {called, "https://evil.test", page, same, "https://app.example.test"},
		"cross-origin, with its referrer":     {called, apitest.Frontend, page, "cross-site", "http://api.workers.test"},
		"same site, another origin":           {called, apitest.Frontend, page, "same-site", "http://api.workers.test"},
		"behind a proxy of a frontend":        {called, "", page, same, apitest.Frontend},
		"the same, of a browser that is old":  {called, "", page, "", apitest.Frontend},
		"and with an Origin":                  {called, apitest.Frontend, page, same, apitest.Frontend},
		"a page of the public origin":         {called, "", "https://app.example.test/x", same, "https://app.example.test"},
		"a page that tells no referrer":       {called, "", "", same, ""},
		"a page that nobody has trusted":      {called, "", "https://evil.test/", "", "https://app.example.test"},
		"the same, which its browser vouches": {called, "", "https://preview.example.test/", same, ""},
		"a referrer that only looks trusted":  {called, "", apitest.Frontend + ".evil.test/", "", "https://app.example.test"},
		"one with a name before it":           {called, "", "http://localhost:5173@evil.test/", "", "https://app.example.test"},
		"opened by hand":                      {called, "", "", "none", "https://app.example.test"},
		"a forged host":                       {"http://evil.test/api/history", "", "", "", "https://app.example.test"},
		"a forged loopback host":              {"http://localhost:8787/api/history", "", "", "", "https://app.example.test"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			request := ada.request(http.MethodGet, tc.url, strings.NewReader(""))
			for header, value := range map[string]string{"Origin": tc.origin, "Referer": tc.referer, "Sec-Fetch-Site": tc.site} {
				if value != "" {
					request.Header.Set(header, value)
				}
			}
			response := httptest.NewRecorder()
			s.App.ServeHTTP(response, request)
			require.Equal(t, http.StatusOK, response.Code)
			item := decode[historyPage](t, response).Items[0]
			assert.Equal(t, tc.want+"/api/history/"+item.ID+"/asset", *item.AssetURL)
		})
	}
}

// layout is a way in which pages reach the API, and its configuration. "API" and "PAGE" are replaced with the addresses of two
// servers, under the host name before them.
type layout struct {
	public, trusted string
	page            string // where the page is
	called          string // what it calls; "" for its own origin, where a proxy passes calls on
	keepsHost       bool   // the proxy passes the page's Host on
}

// In every layout a signed-in page shows its pictures: a browser sends the cookie to the host that set it. The jar keeps cookies
// per host and ignores the port, as browsers do.
func TestPicturesInEveryLayout(t *testing.T) {
	both := "http://localhost:PAGE,http://127.0.0.1:PAGE"
	layouts := map[string]layout{
		"the API's own origin":                          {public: "http://localhost:API", page: "http://localhost:API", called: "http://localhost:API"},
		"the same, by its other name":                   {public: "http://localhost:API", page: "http://127.0.0.1:API", called: "http://127.0.0.1:API"},
		"calling the API across origins":                {public: "http://localhost:API", trusted: both, page: "http://localhost:PAGE", called: "http://localhost:API"},
		"the same, of the other name":                   {public: "http://localhost:API", trusted: both, page: "http://127.0.0.1:PAGE", called: "http://127.0.0.1:API"},
		"a proxy, public as the page":                   {public: "http://localhost:PAGE", trusted: both, page: "http://localhost:PAGE"},
		"a proxy, public as the API":                    {public: "http://localhost:API", trusted: both, page: "http://localhost:PAGE"},
		"a proxy, page by the other name":               {public: "http://localhost:API", trusted: both, page: "http://127.0.0.1:PAGE"},
		"the same, with the page's Host":                {public: "http://localhost:API", trusted: both, page: "http://127.0.0.1:PAGE", keepsHost: true},
		"a proxy, only the other name trusted":          {public: "http://127.0.0.1:API", trusted: "http://127.0.0.1:PAGE", page: "http://localhost:PAGE"},
		"a proxy on another host than the public URL's": {public: "http://api.example.test", trusted: both, page: "http://127.0.0.1:PAGE"},
	}

	for name, one := range layouts {
		t.Run(name, func(t *testing.T) {
			for _, referrer := range []bool{true, false} {
				one.shows(t, referrer)
			}
		})
	}
}

// shows signs a user in as the page does, requests the history as its browser does, and loads the pictures in it.
func (l layout) shows(t *testing.T, referrer bool) {
	s := apitest.New(t)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.App.ServeHTTP(w, r) }))
	t.Cleanup(api.Close)
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		target, err := url.Parse(api.URL)
		require.NoError(t, err)
		r.SetURL(target)
		if l.keepsHost {
			r.Out.Host = r.In.Host
		}
	}})
	t.Cleanup(proxy.Close)
	port := func(server *httptest.Server) string { return server.URL[strings.LastIndex(server.URL, ":")+1:] }
	place := strings.NewReplacer("API", port(api), "PAGE", port(proxy)).Replace
	s.Env[binding.AuthURL], s.Env[binding.TrustedOrigins] = place(l.public), place(l.trusted)
	s.Start()
	ada := signUp(s, "ada")
	ada.generate()

	page, called := place(l.page), place(l.called)
	if called == "" {
		called = page
	}
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	base, err := url.Parse(called)
	require.NoError(t, err)
	jar.SetCookies(base, ada.cookies)
	browser := &http.Client{Jar: jar}
	request, err := http.NewRequest(http.MethodGet, called+"/api/history", nil)
	require.NoError(t, err)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if called != page {
		request.Header.Set("Sec-Fetch-Site", "same-site")
		request.Header.Set("Origin", page)
	}
	if referrer {
		request.Header.Set("Referer", page+"/history")
	}
	response, err := browser.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var listed historyPage
	require.NoError(t, json.NewDecoder(response.Body).Decode(&listed))
	require.Len(t, listed.Items, 1)

	document, err := url.Parse(page + "/history")
	require.NoError(t, err)
	source, err := document.Parse(*listed.Items[0].AssetURL) // as the src of an img
	require.NoError(t, err)
	image, err := browser.Get(source.String())
	require.NoError(t, err, source)
	defer image.Body.Close()
	assert.Equal(t, http.StatusOK, image.StatusCode, "%s, with a referrer: %t", source, referrer)
}
