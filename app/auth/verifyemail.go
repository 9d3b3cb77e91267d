package auth

import (
	"context"
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/safejson"
)

// The ways in which a link of a verification mail fails. Their messages are codes too.
var (
	ErrEmailToken   = refuseAs(http.StatusUnauthorized, "INVALID_TOKEN", "invalid_token")
	ErrEmailExpired = refuseAs(http.StatusUnauthorized, "TOKEN_EXPIRED", "token_expired")
	ErrEmailUser    = refuseAs(http.StatusUnauthorized, "USER_NOT_FOUND", "user_not_found")
)

type emailClaims struct {
	claims
	Email string `json:"email"`
}

// VerifyEmail notes an address as proven that a token names, an HS256 JWT under the secret. This service sends no mail;
// a link that was sent by other means with the same secret works.
func (s *Service) VerifyEmail(ctx context.Context, v *Visit, token string) error {
	claims, err := s.readEmailToken(token)
	switch {
	case err != nil || claims.Email == "":
		return ErrEmailToken
	case claims.over(v.Now):
		return ErrEmailExpired
	case claims.early(v.Now):
		return ErrEmailToken
	}
	err = s.store.VerifyEmail(ctx, js.ToLower(claims.Email), v.Now)
	if errors.Is(err, ErrGone) {
		return ErrEmailUser
	}
	return err
}

func (s *Service) readEmailToken(token string) (emailClaims, error) {
	document, err := parseJWS(token)
	if err != nil {
		return emailClaims{}, err
	}
	if err := document.verifyHS256(s.cookies.secret); err != nil {
		return emailClaims{}, err
	}
	var claims emailClaims
	err = safejson.Unmarshal(document.payload, &claims)
	return claims, err
}

// WithError adds an error code to the query of a trusted URL.
func WithError(target, code string) string { return withError(target, code, "") }
