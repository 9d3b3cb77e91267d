package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

const (
	textPath      = "/api/workflows/image-from-text"
	referencePath = "/api/workflows/image-from-reference"
	onePixel      = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

// lines collects a log that several requests write to.
type lines struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func (l *lines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// refuse answers as the provider does for a prompt that breaks its rules.
func refuse(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, `{"code":"DataInspectionFailed"}`, http.StatusBadRequest)
}

// Every field of an order that is stored has a limit.
func TestOrdersKeepLittle(t *testing.T) {
	field := func(name string, size int) string {
		return `{"prompt":"p","` + name + `":"` + strings.Repeat("x", size) + `"}`
	}
	url := func(size int) string {
		return `{"prompt":"p","referenceImageUrl":"https://cdn.example.test/` + strings.Repeat("x", size) + `"}`
	}
	cases := map[string]struct {
		path, body string
		want       int
	}{
		"longest prompt":           {textPath, `{"prompt":"` + strings.Repeat("x", 32<<10) + `"}`, http.StatusOK},
		"prompt":                   {textPath, `{"prompt":"` + strings.Repeat("x", 32<<10+1) + `"}`, http.StatusRequestEntityTooLarge},
		"prompt, in bytes":         {textPath, `{"prompt":"` + strings.Repeat("ü", 16<<10+1) + `"}`, http.StatusRequestEntityTooLarge},
		"prompt of a message":      {textPath, `{"input":{"messages":[{"content":[{"text":"` + strings.Repeat("x", 32<<10+1) + `"}]}]}}`, http.StatusRequestEntityTooLarge},
		"longest negative prompt":  {textPath, field("negative_prompt", 8<<10), http.StatusOK},
		"negative prompt":          {textPath, field("negative_prompt", 8<<10+1), http.StatusRequestEntityTooLarge},
		"negative prompt, camel":   {textPath, field("negativePrompt", 8<<10+1), http.StatusRequestEntityTooLarge},
		"size":                     {referencePath, `{"prompt":"p","referenceImageUrl":"https://a.test/b","size":"` + strings.Repeat("0", 5000) + `512*512"}`, http.StatusBadRequest},
		"reference":                {referencePath, url(8 << 10), http.StatusRequestEntityTooLarge},
		"prompt with a reference":  {referencePath, `{"prompt":"` + strings.Repeat("x", 32<<10+1) + `","referenceImageUrl":"https://a.test/b"}`, http.StatusRequestEntityTooLarge},
		"unknown field":            {textPath, field("note", 500_000), http.StatusOK},
		"text of a second message": {textPath, `{"prompt":"p","input":{"messages":[{},{"content":[{"text":"` + strings.Repeat("x", 500_000) + `"}]}]}}`, http.StatusOK},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			response := ada.do(http.MethodPost, tc.path, tc.body)
			assert.Equal(t, tc.want, response.Code, "%.300s", response.Body)
			for _, row := range s.SQL("SELECT length(CAST(input_json AS BLOB)) FROM generation") {
				assert.LessOrEqual(t, row.Int(0), int64(90<<10))
			}
			if tc.want != http.StatusOK {
				assert.Equal(t, [2]int64{5, 5}, ada.balance())
			}
		})
	}
}

// Nothing of what was sent remains of a failed generation, neither in the row nor in the bucket, whether its request or the
// schedule ends it.
func TestFailedGenerationsKeepNothing(t *testing.T) {
	order := `{"prompt":"a secret wish","negative_prompt":"a secret fear","referenceImageUrl":"` + onePixel + `","seed":7,"n":2}`
	ends := map[string]func(*apitest.World, *user){
		"the provider refuses": func(s *apitest.World, ada *user) {
			s.Images.Answer = refuse
			require.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, referencePath, order).Code)
		},
		"the request dies": func(s *apitest.World, ada *user) {
			s.Images.Answer = refuse
			s.DB.Fail = func(first string) bool { return strings.Contains(first, "referenceKey") }
			require.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, referencePath, order).Code)
			s.DB.Fail = nil
			require.Len(t, s.Bucket.Objects, 1)
			s.Later(time.Hour)
			require.NoError(t, s.App.Scheduled(t.Context(), time.Now()))
		},
	}

	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			end(s, ada)

			row := s.SQL("SELECT id, status, input_json FROM generation")[0]
			assert.Equal(t, "failed", row.Text(1))
			assert.NotContains(t, row.Text(2), "secret")
			assert.NotContains(t, row.Text(2), "reference")
			assert.Empty(t, s.Bucket.Objects)
			assert.Equal(t, [2]int64{5, 5}, ada.balance())

			detail := ada.get("/api/history/" + row.Text(0))
			require.Equal(t, http.StatusOK, detail.Code)
			shown := decode[struct {
				Item struct {
					Status string
					Input  struct {
						Prompt     *string
						Parameters struct {
							Prompt  *string
							N, Seed int
						}
					}
				}
			}](t, detail)
			assert.Equal(t, "failed", shown.Item.Status)
			require.NotNil(t, shown.Item.Input.Prompt, "still a text")
			assert.Empty(t, *shown.Item.Input.Prompt)
			assert.Equal(t, 2, shown.Item.Input.Parameters.N)
			assert.Equal(t, 7, shown.Item.Input.Parameters.Seed)
			assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+row.Text(0)+"/reference").Code)
		})
	}
}

// A generation that succeeded keeps what was sent, even if recording its end seemed to fail.
func TestSucceededGenerationsKeepTheirReference(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	require.Equal(t, http.StatusOK, ada.do(http.MethodPost, referencePath, `{"prompt":"p","referenceImageUrl":"`+onePixel+`"}`).Code)
	id := s.SQL("SELECT id FROM generation")[0].Text(0)
	s.Later(time.Hour)
	require.NoError(t, s.App.Scheduled(t.Context(), time.Now()))
	assert.Equal(t, http.StatusOK, ada.get("/api/history/"+id+"/reference").Code)
}

// Failed orders cost no credit, so they are counted: a refused prompt cannot be repeated forever.
func TestFailuresAreLimited(t *testing.T) {
	s := apitest.New(t)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	s.Images.Answer = refuse
	for i := range 60 {
		require.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, []string{textPath, referencePath}[i%2], `{"prompt":"p","referenceImageUrl":"https://a.test/b"}`).Code, i)
		s.Later(time.Second)
	}

	asked := len(s.Images.Bodies)
	for _, path := range []string{textPath, referencePath} {
		limited := ada.do(http.MethodPost, path, `{"prompt":"p","referenceImageUrl":"https://a.test/b"}`)
		assert.Equal(t, http.StatusTooManyRequests, limited.Code)
		assert.Equal(t, "TOO_MANY_FAILURES", failure(t, limited))
		assert.Equal(t, "3540", limited.Header().Get("Retry-After"))
		assert.Equal(t, `"failures";r=0;t=3540`, limited.Header().Get("RateLimit"))
		assert.Equal(t, `"failures";q=60;w=3600`, limited.Header().Get("RateLimit-Policy"))
	}
	assert.Len(t, s.Images.Bodies, asked, "the provider is not asked")
	assert.Equal(t, [2]int64{5, 5}, ada.balance())

	s.Images.Answer = nil
	assert.Equal(t, http.StatusTooManyRequests, ada.do(http.MethodPost, textPath, `{"prompt":"another"}`).Code)
	assert.Equal(t, http.StatusOK, bob.do(http.MethodPost, textPath, `{"prompt":"p"}`).Code, "another user")
	s.SQL("UPDATE user_profile SET credits_product_shoots = 0 WHERE user_id = ?", ada.id)
	assert.Equal(t, http.StatusPaymentRequired, ada.do(http.MethodPost, textPath, `{"prompt":"p"}`).Code, "who is out of credits is told so")
	s.SQL("UPDATE user_profile SET credits_product_shoots = 5 WHERE user_id = ?", ada.id)
	s.Later(time.Hour)
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, textPath, `{"prompt":"p"}`).Code, "an hour later")
}

// Deleting a generation while the provider refuses it does not hide the failure.
func TestDeletedFailuresCount(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Answer = func(w http.ResponseWriter, r *http.Request) {
		s.SQL("DELETE FROM generation WHERE status = 'pending'")
		refuse(w, r)
	}
	for range 60 {
		require.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, textPath, `{"prompt":"p"}`).Code)
	}
	assert.Equal(t, http.StatusTooManyRequests, ada.do(http.MethodPost, textPath, `{"prompt":"p"}`).Code)
}

// The daily limit applies to all users and workflows together, also to concurrent orders, and ends at midnight.
func TestDailyCeiling(t *testing.T) {
	var log lines
	s := apitest.New(t, apitest.LogTo(&log))
	s.Env[binding.DailyGenerations] = "7"
	var users []*user
	for i := range 4 {
		users = append(users, signUp(s, fmt.Sprint("user", i)))
	}

	var group sync.WaitGroup
	var mutex sync.Mutex
	codes := map[int]int{}
	for i := range 16 {
		group.Go(func() {
			path := []string{textPath, referencePath}[i/4%2]
			response := users[i%4].do(http.MethodPost, path, `{"prompt":"a secret wish","referenceImageUrl":"https://a.test/b"}`)
			mutex.Lock()
			defer mutex.Unlock()
			codes[response.Code]++
		})
	}
	group.Wait()
	assert.Equal(t, map[int]int{http.StatusOK: 7, http.StatusServiceUnavailable: 9}, codes)
	assert.Len(t, s.SQL("SELECT 1 FROM generation"), 7)
	assert.EqualValues(t, -7, s.SQL("SELECT sum(delta) FROM credit_ledger")[0].Int(0), "who is refused pays nothing")

	refused := users[0].do(http.MethodPost, textPath, `{"prompt":"a secret wish"}`)
	assert.Equal(t, "DAILY_LIMIT_REACHED", failure(t, refused))
	assert.Equal(t, strconv.Itoa(12*60*60), refused.Header().Get("Retry-After"), "until midnight of UTC")
	assert.Equal(t, `"generations";r=0;t=43200`, refused.Header().Get("RateLimit"))
	assert.Equal(t, `"generations";q=7;w=86400`, refused.Header().Get("RateLimit-Policy"))
	assert.Equal(t, 10, strings.Count(log.String(), `"level":"warn","request"`), "one line a refusal")
	assert.NotContains(t, log.String(), "secret wish")
	assert.NotContains(t, log.String(), `"level":"error"`)

	s.Later(12 * time.Hour)
	assert.Equal(t, http.StatusOK, users[0].do(http.MethodPost, textPath, `{"prompt":"p"}`).Code, "a new day")
}

func TestDailyCeilingIsRead(t *testing.T) {
	cases := map[string]struct {
		value string
		want  int
	}{
		"unset":    {"", http.StatusOK},
		"none":     {"0", http.StatusServiceUnavailable},
		"one":      {" 1 ", http.StatusOK},
		"negative": {"-1", http.StatusInternalServerError},
		"a word":   {"many", http.StatusInternalServerError},
		"a part":   {"1.5", http.StatusInternalServerError},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			s.Env[binding.DailyGenerations] = tc.value
			ada := signUp(s, "ada")
			assert.Equal(t, tc.want, ada.do(http.MethodPost, textPath, `{"prompt":"p"}`).Code)
			if tc.value == "" {
				assert.Empty(t, s.SQL("SELECT 1 FROM quota WHERE key LIKE 'day:%'"), "nothing is counted that nobody asks for")
			}
		})
	}
}

// The limits cost no round trip to the database.
func TestQuotasCostNoTrip(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.DailyGenerations] = "100"
	ada := signUp(s, "ada")
	assert.Equal(t, 3, s.DB.TripsOf(func() { ada.generate() }), "the session, the beginning, the end")
	assert.Equal(t, 1, s.DB.TripsOf(func() { ada.withTokenOnly().get("/api/me") }))
}

// An account has a maximum number of sessions. The one that was extended longest ago is removed first, and expired ones are removed by
// the schedule.
func TestSessionsAreCapped(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Bob")
	first := site.Browser()
	first.SignUp("Ada")
	site.Later(25 * time.Hour)
	kept := site.Browser()
	kept.SignIn("Ada")
	var last *apitest.Browser
	for range 110 {
		site.Later(10 * time.Second)
		last = site.Browser()
		require.Equal(t, http.StatusOK, last.SignIn("Ada").Code)
	}
	assert.EqualValues(t, 100, site.Count("SELECT count(*) FROM session JOIN user ON user.id = user_id WHERE name = 'Ada'"))
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM session JOIN user ON user.id = user_id WHERE name = 'Bob'"), "another account's stay")
	assert.Equal(t, "ada@example.test", last.SignedInAs())
	assert.Empty(t, first.SignedInAs())
	assert.Empty(t, kept.SignedInAs())

	site.Later(8 * 24 * time.Hour)
	require.NoError(t, site.App.Scheduled(t.Context(), site.Now()))
	assert.Zero(t, site.Count("SELECT count(*) FROM session"))
}

// A session in use stays, however long ago it began.
func TestSessionsInUseStay(t *testing.T) {
	site := apitest.New(t)
	used := site.Browser()
	used.SignUp("Ada")
	idle := site.Browser()
	idle.SignIn("Ada")
	signIns := func(count int) {
		for range count {
			require.Equal(t, http.StatusOK, site.Browser().SignIn("Ada").Code)
		}
	}
	signIns(50)

	site.Later(25 * time.Hour)
	require.Equal(t, "ada@example.test", used.SignedInAs(), "rolls its session on")
	signIns(60)
	assert.Equal(t, "ada@example.test", used.SignedInAs())
	assert.Empty(t, idle.SignedInAs())
}

func TestSessionsKeepLittleOfTheirClient(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.Headers["User-Agent"] = strings.Repeat("ü", 10_000)
	ada.SignUp("Ada")
	kept := site.SQL("SELECT user_agent FROM session")[0].Text(0)
	assert.Equal(t, strings.Repeat("ü", 2<<10), kept)
}

func TestFreeCreditsForVerifiedAddresses(t *testing.T) {
	credits := func(b *apitest.Browser) [2]any {
		profile := b.Get("/api/me").JSON["profile"].(map[string]any)
		return [2]any{profile["creditsProductShoots"], profile["creditsAdGraphics"]}
	}
	none, one := [2]any{0.0, 0.0}, [2]any{1.0, 1.0}
	cases := map[string]struct {
		setting                        string
		unverified, verified, byGoogle [2]any
	}{
		"unset":    {"", one, one, one},
		"everyone": {"everyone", one, one, one},
		"verified": {"verified", none, one, one},
		"a slip":   {"verifed", none, one, one},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Env[binding.FreeCreditsFor] = tc.setting
			site.Start()
			ada := site.Browser()
			ada.SignUp("Ada")
			assert.Equal(t, tc.unverified, credits(ada))
			assert.Equal(t, tc.unverified, credits(ada), "and again")

			site.Providers.Google["ada"] = jwt.MapClaims{"sub": "1", "email": "ada@example.test", "email_verified": true}
			again := site.Browser()
			again.Consent("google", "ada")
			assert.Equal(t, tc.verified, credits(again), "once her address is verified")
			again.Consent("google", "ada")
			assert.Equal(t, tc.verified, credits(again), "once")
			assert.Zero(t, site.Count("SELECT count(*) FROM free_credits_due"))

			site.Providers.Google["bob"] = jwt.MapClaims{"sub": "2", "email": "bob@example.test", "email_verified": true}
			bob := site.Browser()
			bob.Consent("google", "bob")
			assert.Equal(t, tc.byGoogle, credits(bob), "a verified address from the beginning")
		})
	}
}

// A provider's profile and a client's tokens may have any length; what is stored of them has a limit.
func TestProvidersProfilesKeepLittle(t *testing.T) {
	site := apitest.New(t)
	long := strings.Repeat("ü", 10_000)
	site.Providers.Google["ada"] = jwt.MapClaims{"sub": "1", "email": "ada@example.test", "email_verified": true, "name": long, "picture": "https://a.test/" + long}
	require.Equal(t, "/studio", site.Browser().Consent("google", "ada").Location())
	row := site.SQL("SELECT name, image FROM user")[0]
	assert.Equal(t, strings.Repeat("ü", 4<<10), row.Text(0))
	assert.Nil(t, row.Values()[1])

	token := site.Providers.IDToken(jwt.MapClaims{"sub": "1", "email": "ada@example.test", "email_verified": true})
	for size, want := range map[int]int{16 << 10: http.StatusOK, 16<<10 + 1: http.StatusUnauthorized} {
		response := site.Browser().Post("/api/auth/sign-in/social", map[string]any{
			"provider": "google", "idToken": map[string]any{"token": token, "accessToken": strings.Repeat("a", size)},
		})
		assert.Equal(t, want, response.Code, size)
	}
}
