package betterauth

import (
	"net/http"

	"github.com/addreams/addreams/app/auth"
)

// endpoint is one route of /api/auth.
type endpoint struct {
	method, path string
	limit        auth.Rule
	accepts      accepts
	schema       schema
	guard        guard
	handle       func(handlers, *call) error
}

// endpoints lists what /api/auth serves, each with what a request must pass on its way to the handler: how many an
// address may send, which body, which fields, and who may call.
func endpoints() []endpoint {
	const get, post = http.MethodGet, http.MethodPost
	general, strict := auth.General, auth.Strict
	return []endpoint{
		{post, "/sign-up/email", strict, jsonOrForm, signUpSchema, notCrossSite, handlers.signUp},
		{post, "/sign-in/email", strict, jsonOrForm, signInSchema, notCrossSite, handlers.signIn},
		{post, "/sign-in/social", strict, jsonOnly, signInSocialSchema, public, handlers.signInSocial},
		{get, "/callback/:id", general, noBody, callbackQuery, public, handlers.callback},
		{post, "/callback/:id", general, jsonOrForm, callbackForm, public, handlers.callbackForm},
		{post, "/sign-out", general, jsonOnly, unchecked, public, handlers.signOut},

		{get, "/get-session", general, noBody, unchecked, public, handlers.getSession},
		{get, "/list-sessions", general, noBody, unchecked, public, handlers.listSessions},
		{post, "/revoke-session", general, jsonOnly, revokeSchema, sessionInDB, handlers.revokeSession},
		{post, "/revoke-sessions", general, jsonOnly, unchecked, sessionInDB, handlers.revokeSessions},
		{post, "/revoke-other-sessions", general, jsonOnly, unchecked, sessionInDB, handlers.revokeOtherSessions},

		{post, "/update-user", general, jsonOnly, updateUserSchema, sessionInDB, handlers.updateUser},
		{post, "/change-email", strict, jsonOnly, changeEmailSchema, sessionInDB, handlers.changeEmail},
		{post, "/delete-user", general, jsonOnly, deleteUserSchema, sessionInDB, handlers.deleteUser},
		{get, "/delete-user/callback", general, noBody, tokenQuery, public, handlers.deleteUser},

		{post, "/change-password", strict, jsonOnly, changePasswordSchema, sessionInDB, handlers.changePassword},
		{post, "/verify-password", strict, jsonOnly, verifyPasswordSchema, sessionInDB, handlers.verifyPassword},
		{post, "/request-password-reset", general, jsonOnly, requestResetSchema, public, handlers.requestReset},
		{post, "/reset-password", general, jsonOnly, resetSchema, public, handlers.resetPassword},
		{get, "/reset-password/:token", general, noBody, resetQuery, public, handlers.resetCallback},
		{post, "/send-verification-email", general, jsonOnly, sendVerificationSchema, public, handlers.sendVerification},
		{get, "/verify-email", general, noBody, tokenQuery, public, handlers.verifyEmail},

		{get, "/list-accounts", general, noBody, unchecked, public, handlers.listAccounts},
		{post, "/link-social", general, jsonOnly, linkSocialSchema, sessionInDB, handlers.linkSocial},
		{post, "/unlink-account", general, jsonOnly, unlinkSchema, recentSignIn, handlers.unlink},
		{post, "/get-access-token", general, jsonOnly, accountSchema, sessionWithAccounts, handlers.accessToken},
		{post, "/refresh-token", general, jsonOnly, accountSchema, sessionWithAccounts, handlers.refreshToken},
		{get, "/account-info", general, noBody, accountQuery, sessionWithAccounts, handlers.accountInfo},

		{post, "/api-key/create", general, jsonOnly, createKeySchema, keyOwner, handlers.createKey},
		{get, "/api-key/get", general, noBody, keyQuery, public, handlers.getKey},
		{get, "/api-key/list", general, noBody, unchecked, public, handlers.listKeys},
		{post, "/api-key/update", general, jsonOnly, updateKeySchema, keyOwner, handlers.updateKey},
		{post, "/api-key/delete", general, jsonOnly, deleteKeySchema, sessionInDB, handlers.deleteKey},

		{get, "/ok", general, noBody, unchecked, public, handlers.ok},
		{get, "/error", general, noBody, unchecked, public, handlers.errorPage},
	}
}

// Routes lists the method and the path of every endpoint.
func Routes() [][2]string {
	var routes [][2]string
	for _, e := range endpoints() {
		routes = append(routes, [2]string{e.method, prefix + e.path})
	}
	return routes
}
