package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/store"
)

// A user is deleted with everything, in every table, but for the ledger, whose user has neither name nor address.
func TestDeleteUser(t *testing.T) {
	s := apitest.New(t)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	ada.generate()
	bob.generate()
	require.Equal(t, http.StatusOK, ada.do(http.MethodPost, "/api/workflows/image-from-text", `{"prompt":"a hat"}`,
		"Idempotency-Key", "order-1").Code)
	created := ada.do(http.MethodPost, "/api/auth/api-key/create", `{"name":"ci"}`, "Content-Type", "application/json", "Origin", apitest.PublicURL)
	require.Equal(t, http.StatusOK, created.Code, created.Body)
	key := decode[struct{ Key string }](t, created).Key
	require.Equal(t, http.StatusOK, (&user{World: s}).get("/api/me", "x-api-key", key).Code)
	require.Len(t, s.Bucket.Objects, 3)

	deleted, err := store.New(s.DB).DeleteUser(t.Context(), ada.id, s.Now())
	require.NoError(t, err)
	assert.Equal(t, store.DeletedUser{Sessions: 1, Accounts: 1, APIKeys: 1, Generations: 2, LedgerStays: true}, deleted)

	assert.Equal(t, http.StatusUnauthorized, ada.get("/api/me").Code, "the session cache counts for nothing")
	assert.Equal(t, http.StatusUnauthorized, ada.do(http.MethodPost, "/api/workflows/image-from-text", `{"prompt":"p"}`).Code)
	assert.Equal(t, http.StatusUnauthorized, (&user{World: s}).get("/api/me", "x-api-key", key).Code)
	sweep(s)
	assert.Len(t, s.Bucket.Objects, 1, "Bob's")
	s.Later(2 * time.Hour)
	sweep(s)
	assertForgotten(t, s, ada.id, "credit_ledger", "user")
	assert.Len(t, s.SQL("SELECT 1 FROM credit_ledger WHERE user_id = ?", ada.id), 2)
	assert.Equal(t, http.StatusOK, bob.withTokenOnly().get("/api/me").Code)
	signUp(s, "ada") // the address is free again
}

// assertForgotten fails for each row that has the user's ID, name or address, outside of some tables.
func assertForgotten(t *testing.T, s *apitest.World, id string, except ...string) {
	t.Helper()
	for _, table := range s.SQL("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") {
		name := table.Text(0)
		for _, row := range s.SQL("SELECT * FROM `" + name + "`") {
			text := strings.ToLower(fmt.Sprint(row))
			assert.NotContains(t, text, "ada@example.test", name)
			if !strings.Contains(strings.Join(except, " "), name) {
				assert.NotContains(t, text, strings.ToLower(id), name)
			}
		}
	}
}

// An order that is at work while its user is deleted leaves nothing but its debit.
func TestDeleteUserWithAnOrderAtWork(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		_, err := store.New(s.DB).DeleteUser(t.Context(), ada.id, s.Now())
		assert.NoError(t, err)
		apitest.SendImages(w, 1)
	}

	ada.do(http.MethodPost, "/api/workflows/image-from-text", `{"prompt":"a hat"}`)

	s.Later(2 * time.Hour)
	sweep(s)
	assert.Empty(t, s.Bucket.Objects)
	assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
	assert.Empty(t, s.SQL("SELECT 1 FROM user_profile"))
}
