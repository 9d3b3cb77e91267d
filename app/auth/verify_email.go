package auth

import (
	"context"
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/auth/oauth"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/safejson"
)

// Why a link of a verification mail fails. The messages are codes too.
var (
	ErrEmailToken   = refuseAs(http.StatusUnauthorized, "INVALID_TOKEN", "invalid_token")
	ErrEmailExpired = refuseAs(http.StatusUnauthorized, "TOKEN_EXPIRED", "token_expired")
	ErrEmailUser    = refuseAs(http.StatusUnauthorized, "USER_NOT_FOUND", "user_not_found")
)

type emailClaims struct {
	oauth.Claims
	Email string `json:"email"`
}

// VerifyEmail marks the address that a token names as verified. The token is an HS256 JWT under the secret. This service
// sends no mail; a link that was sent by other means with the same secret works.
func (s *Service) VerifyEmail(ctx context.Context, v *Visit, token string) error {
	claims, err := s.readEmailToken(token)
	switch {
	case err != nil || claims.Email == "":
		return ErrEmailToken
	case claims.Expired(v.Now):
		return ErrEmailExpired
	case claims.NotYetValid(v.Now):
		return ErrEmailToken
	}

	err = s.store.VerifyEmail(ctx, js.ToLower(claims.Email), v.Now)
	if errors.Is(err, ErrGone) {
		return ErrEmailUser
	}
	return err
}

func (s *Service) readEmailToken(token string) (emailClaims, error) {
	document, err := oauth.ParseJWT(token)
	if err != nil {
		return emailClaims{}, err
	}
	if err := document.VerifyHS256(s.secret); err != nil {
		return emailClaims{}, err
	}
	var claims emailClaims
	err = safejson.Unmarshal(document.Payload, &claims)
	return claims, err
}
