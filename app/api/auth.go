package api

import (
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// authRoute is one endpoint of /api/auth.
type authRoute struct {
	method, path string
	limit        auth.Rule
	accepts      accepts
	schema       schema
	guard        guard
	handle       func(authRoutes, *authCall) error
}

// authTable lists what /api/auth serves, each with what a request must pass on its way to the handler: how many an
// address may send, which body, which fields, and who may call.
func authTable() []authRoute {
	general, strict := auth.General, auth.Strict
	return []authRoute{
		{post, "/sign-up/email", strict, jsonOrForm, signUpSchema, login, authRoutes.signUp},
		{post, "/sign-in/email", strict, jsonOrForm, signInSchema, login, authRoutes.signIn},
		{post, "/sign-in/social", strict, jsonOnly, signInSocialSchema, nobody, authRoutes.signInSocial},
		{get, "/callback/:id", general, nothing, callbackQuery, nobody, authRoutes.callback},
		{post, "/callback/:id", general, jsonOrForm, callbackForm, nobody, authRoutes.callbackForm},
		{post, "/sign-out", general, jsonOnly, anything, nobody, authRoutes.signOut},

		{get, "/get-session", general, nothing, anything, nobody, authRoutes.getSession},
		{get, "/list-sessions", general, nothing, anything, nobody, authRoutes.listSessions},
		{post, "/revoke-session", general, jsonOnly, revokeSchema, proven, authRoutes.revokeSession},
		{post, "/revoke-sessions", general, jsonOnly, anything, proven, authRoutes.revokeSessions},
		{post, "/revoke-other-sessions", general, jsonOnly, anything, proven, authRoutes.revokeOtherSessions},

		{post, "/update-user", general, jsonOnly, updateUserSchema, proven, authRoutes.updateUser},
		{post, "/change-email", strict, jsonOnly, changeEmailSchema, proven, authRoutes.changeEmail},
		{post, "/delete-user", general, jsonOnly, deleteUserSchema, proven, authRoutes.deleteUser},
		{get, "/delete-user/callback", general, nothing, tokenQuery, nobody, authRoutes.deleteUser},

		{post, "/change-password", strict, jsonOnly, changePasswordSchema, proven, authRoutes.changePassword},
		{post, "/verify-password", strict, jsonOnly, verifyPasswordSchema, proven, authRoutes.verifyPassword},
		{post, "/request-password-reset", general, jsonOnly, requestResetSchema, nobody, authRoutes.requestReset},
		{post, "/reset-password", general, jsonOnly, resetSchema, nobody, authRoutes.resetPassword},
		{get, "/reset-password/:token", general, nothing, resetQuery, nobody, authRoutes.resetCallback},
		{post, "/send-verification-email", general, jsonOnly, sendVerificationSchema, nobody, authRoutes.sendVerification},
		{get, "/verify-email", general, nothing, tokenQuery, nobody, authRoutes.verifyEmail},

		{get, "/list-accounts", general, nothing, anything, nobody, authRoutes.listAccounts},
		{post, "/link-social", general, jsonOnly, linkSocialSchema, proven, authRoutes.linkSocial},
		{post, "/unlink-account", general, jsonOnly, unlinkSchema, freshHolder, authRoutes.unlink},
		{post, "/get-access-token", general, jsonOnly, accountSchema, holder, authRoutes.accessToken},
		{post, "/refresh-token", general, jsonOnly, accountSchema, holder, authRoutes.refreshToken},
		{get, "/account-info", general, nothing, accountQuery, holder, authRoutes.accountInfo},

		{get, "/ok", general, nothing, anything, nobody, authRoutes.ok},
		{get, "/error", general, nothing, anything, nobody, authRoutes.errorPage},
	}
}

// authRoutes serves /api/auth.
type authRoutes struct{ auth *auth.Service }

const authPrefix = "/api/auth"

// mount puts the table on the router. Other paths, and the wrong one of GET and POST, get better-auth's empty 404; what
// is left belongs to the application's.
func (h authRoutes) mount(api *bunrouter.Group) {
	group := api.NewGroup("/auth")
	limits := make(map[string]auth.Rule)
	for _, route := range authTable() {
		group.Handle(route.method, route.path, h.serve(route))
		if route.limit != auth.General {
			limits[firstSegment(route.path)] = route.limit
		}
	}
	unknown := h.unknown(limits)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		group.Handle(method, "/*path", unknown)
	}
}

// unknown answers a path that is not in the table. It counts like the table's paths with the same beginning.
func (h authRoutes) unknown(limits map[string]auth.Rule) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		path := strings.TrimPrefix(r.URL.Path, authPrefix)
		if path == "" || path == "/" || strings.Contains(path, "//") {
			return notFound(w, r)
		}
		rule, strict := limits[firstSegment(path)]
		if !strict {
			rule = auth.General
		}
		if err := h.auth.Limit(h.auth.Visit(r.Request), path, rule); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNotFound)
		return nil
	}
}

func firstSegment(path string) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return segment
}

// serve is the gate in front of a handler. Its order is part of the contract: limit, body, origin, schema, guard.
func (h authRoutes) serve(route authRoute) bunrouter.HandlerFunc {
	known := route.schema.known()
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		call := &authCall{w: w, r: r, visit: h.auth.Visit(r.Request), query: r.URL.Query()}
		if err := h.auth.Limit(call.visit, strings.TrimPrefix(r.URL.Path, authPrefix), route.limit); err != nil {
			return err
		}
		if !h.auth.Ready() {
			return errAuthMisconfigured
		}
		if err := call.decode(route.accepts, known); err != nil {
			return err
		}
		if err := h.checkOrigin(route, call); err != nil {
			return err
		}
		if err := route.schema.check(call); err != nil {
			return err
		}
		if err := route.guard(h, call); err != nil {
			return err
		}
		return route.handle(h, call)
	}
}
