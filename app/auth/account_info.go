package auth

import (
	"context"
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/auth/oauth"
)

var errNoAccess = Refuse(http.StatusBadRequest, "Access token not found")

// AccountInfo returns the provider's current profile of the caller. The account is named by the id that it has there. ErrNoInfo
// if the provider does not say anything.
func (s *Service) AccountInfo(ctx context.Context, v *Visit, caller Holder, accountID string) (oauth.UserInfo, error) {
	account, err := caller.find(func(a Account) bool { return a.AccountID == accountID })
	if err != nil {
		return oauth.UserInfo{}, err
	}
	p, known := s.providers[account.ProviderID]
	if !known {
		return oauth.UserInfo{}, errNoAccount
	}

	if account, err = s.withValidAccess(ctx, v, p, caller.Identity, account); err != nil {
		return oauth.UserInfo{}, err
	}
	if account.Tokens.Access == nil {
		return oauth.UserInfo{}, errNoAccess
	}

	info, err := s.userInfo(ctx, p, account.Tokens)
	if err != nil {
		return oauth.UserInfo{}, errors.Join(ErrNoInfo, err)
	}
	return info, nil
}
