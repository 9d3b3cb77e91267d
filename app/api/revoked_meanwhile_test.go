package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
)

// reader calls read when it is first read.
type reader struct {
	io.Reader
	read func()
}

func (r *reader) Read(p []byte) (int, error) {
	if r.read != nil {
		r.read()
		r.read = nil
	}
	return r.Reader.Read(p)
}

// A session that is revoked while its order arrives pays for nothing: a long upload does not keep it alive.
func TestASessionThatIsRevokedDuringAnUploadBuysNothing(t *testing.T) {
	for path, body := range map[string]string{
		textRoute:      `{"prompt":"a shoe"}`,
		referenceRoute: `{"prompt":"a shoe","referenceImageUrl":"https://images.example.test/shoe.png"}`,
	} {
		t.Run(path, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			upload := &reader{strings.NewReader(body), func() { s.SQL("DELETE FROM session WHERE user_id = ?", ada.id) }}
			response := httptest.NewRecorder()

			s.App.ServeHTTP(response, ada.request(http.MethodPost, path, upload, "Content-Type", "application/json"))

			require.Equal(t, http.StatusUnauthorized, response.Code, response.Body)
			assert.Equal(t, "UNAUTHORIZED", failure(t, response))
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
			assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
			assert.Empty(t, s.SQL("SELECT 1 FROM credit_ledger"))
		})
	}
}

// revoking ends all sessions before a batch with a statement that contains a text.
type revoking struct {
	d1.Database
	before string
}

func (r *revoking) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	for _, statement := range statements {
		if r.before != "" && strings.Contains(statement.SQL, r.before) {
			r.before = ""
			if _, err := d1.Query(ctx, r.Database, "DELETE FROM session"); err != nil {
				return nil, err
			}
		}
	}
	return r.Database.Batch(ctx, statements...)
}

func TestASessionThatIsRevokedMeanwhileDeletesNothing(t *testing.T) {
	between := &revoking{}
	s := apitest.New(t, func(p *platform.Platform) {
		between.Database = p.DB
		p.DB = between
	})
	ada := signUp(s, "ada")
	id := ada.generate()
	between.before = "DELETE FROM generation"

	response := ada.do(http.MethodDelete, "/api/history/"+id, "")

	require.Equal(t, http.StatusUnauthorized, response.Code, response.Body)
	assert.Len(t, s.SQL("SELECT 1 FROM generation WHERE id = ?", id), 1)
	assert.NotEmpty(t, s.Bucket.Objects)
}
