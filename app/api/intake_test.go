package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// stuck is a body that stops at a point until it is told to continue.
type stuck struct {
	io.Reader
	reached chan struct{}
}

func stuckBody(before, after string) (stuck, func()) {
	reached, proceed := make(chan struct{}), make(chan struct{})
	pause := readerFunc(func([]byte) (int, error) {
		close(reached)
		<-proceed
		return 0, io.EOF
	})
	return stuck{io.MultiReader(strings.NewReader(before), pause, strings.NewReader(after)), reached}, sync.OnceFunc(func() { close(proceed) })
}

// uploads are requests in progress whose bodies are stuck.
type uploads struct {
	proceed []func()
	answers []*httptest.ResponseRecorder
	group   sync.WaitGroup
}

func (u *uploads) begin(s *apitest.World, request *http.Request, proceed func(), body stuck) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	u.proceed, u.answers = append(u.proceed, proceed), append(u.answers, response)
	finished := make(chan struct{})
	u.group.Go(func() {
		defer close(finished)
		s.App.ServeHTTP(response, request)
	})
	select {
	case <-body.reached:
	case <-finished:
	}
	return response
}

// finish lets the bodies continue, and waits for the answers.
func (u *uploads) finish() {
	for _, proceed := range u.proceed {
		proceed()
	}
	u.group.Wait()
}

func isBusy(t *testing.T, response *httptest.ResponseRecorder) {
	t.Helper()
	require.Equal(t, http.StatusServiceUnavailable, response.Code, response.Body)
	assert.Equal(t, "SERVICE_BUSY", failure(t, response))
	assert.Equal(t, "2", response.Header().Get("Retry-After"))
}

// There is a limit to what is received at the same time, from all clients together, and small requests are served meanwhile.
func TestBusy(t *testing.T) {
	const mostHeld = 16 << 20
	auth := []string{"Content-Type", "application/json", "Origin", apitest.Frontend}
	cases := map[string]struct {
		path    string
		body    string
		headers []string
	}{
		"orders":           {textRoute, `{"prompt":"p","x":"` + strings.Repeat("x", 1_000_000), nil},
		"photos":           {referenceRoute, `{"prompt":"p","x":"` + strings.Repeat("x", 1_000_000), nil},
		"bodies to auth":   {"/api/auth/reset-password", `{"x":"` + strings.Repeat("x", 60_000), auth},
		"long heads":       {textRoute, `{"prompt":"p"`, []string{"X-Long", strings.Repeat("x", 100_000)}},
		"announced bodies": {"/api/auth/verify-password", `{`, auth},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t, apitest.Silent)
			ada := signUp(s, "ada")
			sending := &uploads{}
			defer sending.finish()

			refused := 0
			for count := 0; refused < 3; count++ {
				require.Less(t, count, 5_000, "some request must be refused")
				body, proceed := stuckBody(tc.body, `}`)
				request := ada.request(http.MethodPost, tc.path, body, tc.headers...)
				request.ContentLength = int64(len(tc.body)) + 1
				if name == "announced bodies" {
					request.ContentLength = 64 << 10
				}
				if response := sending.begin(s, request, proceed, body); response.Code == http.StatusServiceUnavailable {
					isBusy(t, response)
					refused++
				}
				assert.LessOrEqual(t, s.App.Held()[0], int64(mostHeld))
			}

			sending.finish()

			assert.Equal(t, [2]int64{}, s.App.Held(), "everything is given back")
			s.SQL("UPDATE user_profile SET credits_product_shoots = 1 WHERE user_id = ?", ada.id)
			assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
		})
	}
}

// Three photos of ten megabytes are accepted at a time, two of them of one user. Another is refused before it is read, until the
// first are stored and sent.
func TestPhotosAtOnce(t *testing.T) {
	api.SetUploadTime(t, time.Hour) // of a busy machine
	s := apitest.New(t, apitest.Silent)
	s.Env[binding.QwenTimeout] = "60000" // of a busy machine
	s.Start()
	ada := signUp(s, "ada")
	photo, _ := photoBody(10 << 20)
	half := len(photo) * 2 / 3
	sending := &uploads{}
	users := []*user{signUp(s, "eve"), signUp(s, "bob")}
	for _, sender := range []*user{users[0], users[0], users[1]} {
		body, proceed := stuckBody(photo[:half], photo[half:])
		request := sender.request(http.MethodPost, referenceRoute, body)
		request.ContentLength = int64(len(photo))
		sending.begin(s, request, proceed, body)
	}

	for _, sender := range []*user{users[0], ada} {
		request := sender.request(http.MethodPost, referenceRoute, unread{t})
		request.ContentLength = int64(len(photo))
		refused := httptest.NewRecorder()
		s.App.ServeHTTP(refused, request)
		isBusy(t, refused)
	}
	assert.Equal(t, http.StatusOK, ada.get("/api/me").Code, "who sends no photo is served")

	sending.finish()
	for _, response := range sending.answers {
		assert.Equal(t, http.StatusOK, response.Code, response.Body)
	}
	assert.Equal(t, [2]int64{}, s.App.Held())
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, photo).Code)
}

// The slow uploads of two users do not keep others out for long: when a photo finds no room, the oldest of them gives way, so that
// there is room when it is sent again.
func TestASlowPhotoGivesWay(t *testing.T) {
	api.SetUploadTime(t, 0)
	s := apitest.New(t, apitest.Silent)
	s.Env[binding.QwenTimeout] = "60000" // of a busy machine
	s.Start()
	eve, bob, ada := signUp(s, "eve"), signUp(s, "bob"), signUp(s, "ada")
	photo, _ := photoBody(10 << 20)
	half := len(photo) * 2 / 3
	sending := &uploads{}
	defer sending.finish()
	for _, sender := range []*user{eve, eve, bob} {
		body, proceed := stuckBody(photo[:half], photo[half:])
		request := sender.request(http.MethodPost, referenceRoute, body)
		request.ContentLength = int64(len(photo))
		sending.begin(s, request, proceed, body)
	}
	full := s.App.Held()[1]

	third := eve.request(http.MethodPost, referenceRoute, unread{t})
	third.ContentLength = int64(len(photo))
	refused := httptest.NewRecorder()
	s.App.ServeHTTP(refused, third)
	isBusy(t, refused) // for her share: nobody gives way to it
	isBusy(t, ada.do(http.MethodPost, referenceRoute, photo))
	sending.proceed[0]()
	require.Eventually(t, func() bool { return s.App.Held()[1] < full }, time.Minute, time.Millisecond)

	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, photo).Code)
	sending.finish()
	isBusy(t, sending.answers[0]) // the oldest
	for _, response := range sending.answers[1:] {
		assert.Equal(t, http.StatusOK, response.Code, response.Body)
	}
	assert.Equal(t, [2]int64{}, s.App.Held())
}

// No photo is held while the provider works.
func TestPhotoIsLetGo(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	s.Env[binding.QwenTimeout] = "300000" // of a busy machine
	s.Start()
	ada := signUp(s, "ada")
	photo, _ := photoBody(10 << 20)
	letGo := false
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		letGo = assert.Eventually(t, func() bool { return s.App.Held()[1] == 0 }, time.Minute, 10*time.Millisecond)
		apitest.SendImages(w, 1)
	}

	response := ada.do(http.MethodPost, referenceRoute, photo)

	require.Equal(t, http.StatusOK, response.Code, response.Body)
	assert.True(t, letGo)
}

// While the provider works, an order without a photo holds little more than its texts, however it arrived.
func TestOrdersWithoutPhotoHoldLittle(t *testing.T) {
	junk := `,"more":"` + strings.Repeat("x", 60_000) + `"}`
	for path, body := range map[string]string{
		textRoute:      `{"prompt":"p"` + junk,
		referenceRoute: `{"prompt":"p","referenceImageUrl":"https://x.test/a.png"` + junk,
	} {
		s := apitest.New(t, apitest.Silent)
		held := int64(0)
		s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
			held = s.App.Held()[0]
			apitest.SendImages(w, 1)
		}

		response := signUp(s, "ada").do(http.MethodPost, path, body)

		require.Equal(t, http.StatusOK, response.Code, response.Body)
		assert.Less(t, held, int64(8<<10), path)
	}
}

// However a request ends, it gives back what it held.
func TestNothingIsHeldAfterwards(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	photo, _ := photoBody(1 << 20)
	for _, route := range everyRoute(t) {
		for _, body := range []string{"", "{", `{"prompt":"p"}`, photo, strings.Repeat("[", 70_000)} {
			ada.do(route[0], route[1], body, "Content-Type", "application/json", "Origin", apitest.Frontend)
			assert.Equal(t, [2]int64{}, s.App.Held(), "%s %.20s", route, body)
		}
	}
}
