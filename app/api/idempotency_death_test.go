package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/app/studio"
)

// life ends a program at one of its steps: before or after a call of the database, the bucket or the network. From then on
// every step ends its goroutine.
type life struct {
	mu     sync.Mutex
	steps  int
	ending int // the step that is the last; 0 for none
}

func (l *life) step() {
	l.mu.Lock()
	l.steps++
	over := l.ending > 0 && l.steps >= l.ending
	l.mu.Unlock()
	if over {
		runtime.Goexit()
	}
}

type mortalDB struct {
	d1.Database
	*life
}

func (m mortalDB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	m.step()
	defer m.step()
	return m.Database.Batch(ctx, statements...)
}

type mortalBucket struct {
	platform.Bucket
	*life
}

func (m mortalBucket) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	m.step()
	defer m.step()
	return m.Bucket.Put(ctx, key, body, options)
}

func (m mortalBucket) Delete(ctx context.Context, keys ...string) error {
	m.step()
	defer m.step()
	return m.Bucket.Delete(ctx, keys...)
}

type mortalHTTP struct {
	http.RoundTripper
	*life
}

func (m mortalHTTP) RoundTrip(r *http.Request) (*http.Response, error) {
	m.step()
	defer m.step()
	return m.RoundTripper.RoundTrip(r)
}

// orderThatDies sends an order to a program that ends at a step, and returns the steps that it took; the response is nil if the
// program did not live to send one.
func (u *user) orderThatDies(key string, ending int) (*httptest.ResponseRecorder, int) {
	mortal := &life{ending: ending}
	u.Start(func(p *platform.Platform) {
		p.DB, p.Bucket = mortalDB{p.DB, mortal}, mortalBucket{p.Bucket, mortal}
		p.HTTP = native.HTTPClient(mortalHTTP{u.Images, mortal})
	})
	defer u.Start()

	var response *httptest.ResponseRecorder
	done := make(chan struct{})
	go func() {
		defer close(done)
		response = u.order(key, textRoute, wish)
	}()
	<-done
	mortal.mu.Lock()
	defer mortal.mu.Unlock()
	return response, mortal.steps
}

// Killed between any two steps and then sent again with its key, an order is one generation or one refund.
func TestOrderKilledAndSentAgain(t *testing.T) {
	outcomes := map[string]http.HandlerFunc{
		"an image":  nil,
		"a refusal": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
	}
	for outcome, answer := range outcomes {
		whole := apitest.New(t, apitest.Silent)
		whole.Images.Answer = answer
		_, steps := signUp(whole, "ada").orderThatDies("key", 0)
		require.Greater(t, steps, 8)

		for ending := 1; ending <= steps; ending++ {
			t.Run(fmt.Sprintf("%s, step %d", outcome, ending), func(t *testing.T) {
				s := apitest.New(t, apitest.Silent)
				s.Images.Answer = answer
				ada := signUp(s, "ada")
				lost, _ := ada.orderThatDies("key", ending)
				require.Nil(t, lost)

				early := ada.order("key", textRoute, wish)
				answered := map[string]int{"an image": http.StatusOK, "a refusal": http.StatusBadGateway}[outcome]
				assert.Contains(t, []int{answered, http.StatusConflict}, early.Code, early.Body)
				s.Later(2 * time.Minute)
				sweep(s)
				last := ada.order("key", textRoute, wish)

				debits, refunds := ada.debits()
				assert.EqualValues(t, 1, debits, "never two")
				assert.Equal(t, 5-debits+refunds, ada.balance()[0])
				assert.Len(t, s.SQL("SELECT 1 FROM generation WHERE status <> 'pending'"), 1)
				assert.LessOrEqual(t, len(s.Images.Bodies), 1)
				assert.Equal(t, "true", last.Header().Get("Idempotent-Replayed"))
				if last.Code == http.StatusOK {
					assert.Zero(t, refunds)
				} else {
					assert.EqualValues(t, 1, refunds, "who gets no image has the credit back")
				}
				if early.Code != http.StatusConflict {
					assert.Equal(t, early.Body.String(), last.Body.String())
				}
			})
		}
	}
}

// The key of a generation that died and was deleted has no answer, but until then it might have had one.
func TestDeletedOrderSentAgain(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	ada.orderThatDies("key", 7)
	require.Len(t, s.SQL("SELECT 1 FROM generation WHERE status = 'pending'"), 1)
	s.SQL("DELETE FROM generation")

	assert.Equal(t, http.StatusConflict, ada.order("key", textRoute, wish).Code)
	s.Later(studio.DeletedAtWork)
	response := ada.order("key", textRoute, wish)
	assert.Equal(t, http.StatusNotFound, response.Code, response.Body)
	assert.Equal(t, "NOT_FOUND", failure(t, response))
}
