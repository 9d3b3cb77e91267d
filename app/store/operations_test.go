package store_test

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
)

// aTask is a generation whose task is at work.
const aTask = `
	INSERT INTO generation (id, user_id, workflow, status, input_json, provider_model, created_at, updated_at)
	VALUES ('running', 'user-ada', 'image-from-text', 'running', '{}', 'm', 1770000003, 1770000003);
	INSERT INTO generation_task (generation_id, task_id, note, look_at, created_at)
	VALUES ('running', 'task', '{"GenerationID":"running","UserID":"user-ada"}', 1770000003000, 1770000003)`

// aCheckout is what Ada was offered, and what she has paid before.
const aCheckout = `
	INSERT INTO credit_purchase (checkout_id, user_id, pack, product_shoots, ad_graphics, amount, currency, payment_id, paid_at, created_at)
	VALUES ('checkout', 'user-ada', 'starter', 10, 10, 1000, 'usd', NULL, NULL, 1770000003),
		('checkout-paid', 'user-ada', 'starter', 10, 10, 1000, 'usd', 'paid', 1770000004, 1770000003)`

var adasPayment = billing.Payment{CheckoutID: "checkout", PaymentID: "payment", UserID: ada, PackID: "starter", Amount: 1000, Currency: "usd"}

// operations has each method of the store, by its name and, behind a comma, a situation.
var operations = map[string]operation{
	"FindSession": {name: "find session", call: func(ctx context.Context, s *store.Store) error {
		return found(s.FindSession(ctx, "token-ada"))
	}},
	"ExtendSession": {name: "extend session", call: func(ctx context.Context, s *store.Store) error {
		return s.ExtendSession(ctx, "token-ada", now.Add(time.Hour), now)
	}},
	"AddSession": {name: "add session", call: func(ctx context.Context, s *store.Store) error {
		return s.AddSession(ctx, newSession("session-new", ada), hash, newGuess())
	}},
	"DropSession": {name: "drop session", call: func(ctx context.Context, s *store.Store) error {
		return s.DropSession(ctx, "token-ada")
	}},
	"DropExpiredSession": {name: "drop expired session", call: func(ctx context.Context, s *store.Store) error {
		return s.DropExpiredSession(ctx, "token-ada", now)
	}},
	"DropSessionOf": {name: "drop a session of the user", call: func(ctx context.Context, s *store.Store) error {
		return s.DropSessionOf(ctx, adasSession, "token-tab")
	}},
	"DropSessions": {name: "drop sessions", call: func(ctx context.Context, s *store.Store) error {
		return s.DropSessions(ctx, adasSession)
	}},
	"DropOtherSessions": {name: "drop other sessions", call: func(ctx context.Context, s *store.Store) error {
		return s.DropOtherSessions(ctx, adasSession, now)
	}},
	"Sessions": {name: "list sessions", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Sessions(ctx, byToken, now))
	}},

	"Keys": {name: "list API keys", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Keys(ctx, byToken, now))
	}},
	"AddKey": {name: "add API key", call: func(ctx context.Context, s *store.Store) error {
		key := auth.APIKey{ID: "key-new", UserID: ada, Enabled: true, CreatedAt: now, UpdatedAt: now}
		return found(s.AddKey(ctx, adasSession, auth.NewKey{APIKey: key, Hash: "hash-new", Max: 100}))
	}},
	"UpdateKey": {name: "update API key", call: func(ctx context.Context, s *store.Store) error {
		_, _, err := s.UpdateKey(ctx, adasSession, "key-ada", auth.KeyPatch{Name: new("new")}, now)
		return err
	}},
	"DropKey": {name: "drop API key", call: func(ctx context.Context, s *store.Store) error {
		return found(s.DropKey(ctx, adasSession, "key-ada"))
	}},
	"UseKey": {name: "use API key", call: func(ctx context.Context, s *store.Store) error {
		return found(s.UseKey(ctx, auth.Claim{Key: &auth.KeyClaim{Hash: "hash-ada", Scope: auth.ScopeRead}}, now))
	}},

	"FindLogin": {name: "find login", unread: []string{"ready_at"}, call: func(ctx context.Context, s *store.Store) error {
		return found(s.FindLogin(ctx, "ada@example.test", newGuess()))
	}},
	"FindLogin, has to wait": {
		name: "find login", before: "INSERT INTO quota VALUES ('guess-way', 9, 2000000000000, 2000000000000)",
		call: func(ctx context.Context, s *store.Store) error {
			return found(s.FindLogin(ctx, "ada@example.test", newGuess()))
		},
	},
	"AddUser": {name: "add user", call: func(ctx context.Context, s *store.Store) error {
		bob := auth.User{ID: "user-bob", Name: "Bob", Email: "bob@example.test", CreatedAt: now, UpdatedAt: now}
		return s.AddUser(ctx, bob, newAccount("credential", "user-bob", "user-bob"), newSession("session-new", "user-bob"))
	}},
	"UpdateUser": {name: "update user", call: func(ctx context.Context, s *store.Store) error {
		return found(s.UpdateUser(ctx, adasSession, auth.UserPatch{Name: new("Ada L.")}, now))
	}},
	"VerifyEmail": {name: "verify email", call: func(ctx context.Context, s *store.Store) error {
		return s.VerifyEmail(ctx, "eve@example.test", now)
	}},

	"FindPassword": {name: "find password", unread: []string{"ready_at"}, call: func(ctx context.Context, s *store.Store) error {
		return listed(s.FindPassword(ctx, ada, newGuess()))
	}},
	"Uncount": {name: "uncount a guess", call: func(ctx context.Context, s *store.Store) error {
		return s.Uncount(ctx, newGuess(), auth.Tried{Failures: 1})
	}},
	"Forgive": {name: "forgive a guess", call: func(ctx context.Context, s *store.Store) error {
		return s.Forgive(ctx, newGuess())
	}},
	"SetPassword": {name: "set password", call: func(ctx context.Context, s *store.Store) error {
		replacement := newSession("session-new", ada)
		return s.SetPassword(ctx, auth.NewPassword{
			Caller: adasSession, Old: hash, New: "hash-new", Session: &replacement, Right: newGuess(), At: now,
		})
	}},
	"ResetPassword": {name: "reset password", call: func(ctx context.Context, s *store.Store) error {
		return found(s.ResetPassword(ctx, auth.Verification{ID: "verification-ada", Value: ada}, "account-new", "hash-new", now))
	}},

	"Accounts": {name: "list accounts", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Accounts(ctx, byToken, now))
	}},
	"FindCandidates": {name: "find candidates", call: func(ctx context.Context, s *store.Store) error {
		return found(s.FindCandidates(ctx, auth.Profiled{
			ProviderID: "google", AccountID: "google-ada", Email: "ada@example.test", Token: &auth.TokenUse{Digest: "digest-used", Client: "client-used"},
		}))
	}},
	"SaveProviderSignIn": {name: "sign in through a provider", call: func(ctx context.Context, s *store.Store) error {
		return found(s.SaveProviderSignIn(ctx, newProviderSignIn()))
	}},
	"AddAccount": {name: "add account", call: func(ctx context.Context, s *store.Store) error {
		return s.AddAccount(ctx, newAccount("github", "github-ada", ada), &adasSession.ID,
			&auth.TokenUse{Digest: "digest-new", At: now, Expires: now, Once: true})
	}},
	"UseToken": {name: "use id_token", call: func(ctx context.Context, s *store.Store) error {
		return s.UseToken(ctx, auth.TokenUse{Digest: "digest-used", Client: "client-used", At: now, Expires: now})
	}},
	"SaveTokens": {name: "save tokens", call: func(ctx context.Context, s *store.Store) error {
		return s.SaveTokens(ctx, adasGoogle, auth.Tokens{Access: new("new")}, &adasSession.ID, now)
	}},
	"RefreshTokens": {name: "refresh tokens", call: func(ctx context.Context, s *store.Store) error {
		return s.RefreshTokens(ctx, adasGoogle, auth.Tokens{Access: new("new")}, adasSession, now)
	}},
	"DropAccount": {name: "drop account", call: func(ctx context.Context, s *store.Store) error {
		return s.DropAccount(ctx, adasSession, "account-google")
	}},

	"AddVerification": {name: "add verification", call: func(ctx context.Context, s *store.Store) error {
		return s.AddVerification(ctx, auth.Verification{ID: "verification-new", Identifier: "i", Value: "v", SessionID: &adasSession.ID, ExpiresAt: now}, now)
	}},
	"FindVerification": {name: "find verification", call: func(ctx context.Context, s *store.Store) error {
		return found(s.FindVerification(ctx, "reset-password:ada", now))
	}},
	"TakeVerification": {name: "take verification", call: func(ctx context.Context, s *store.Store) error {
		return found(s.TakeVerification(ctx, "reset-password:ada", now))
	}},
	"Ping": {name: "ping", call: func(ctx context.Context, s *store.Store) error { return s.Ping(ctx) }},
	"DropExpired": {name: "drop expired rows", call: func(ctx context.Context, s *store.Store) error {
		return s.DropExpired(ctx, now.AddDate(10, 0, 0))
	}},

	"Profile": {name: "find profile", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Profile(ctx, byToken, now))
	}},
	"Profile, by cache": {name: "find profile", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Profile(ctx, byCache, now))
	}},
	"Profile, cut off since": {
		name: "find profile", before: "INSERT INTO user_cutoff VALUES ('user-ada', 2000000000000)",
		call: func(ctx context.Context, s *store.Store) error { return listed(s.Profile(ctx, byCache, now)) },
	},
	"Profile, the first time": {
		name: "create profile", before: "DELETE FROM user_profile",
		call: func(ctx context.Context, s *store.Store) error { return listed(s.Profile(ctx, byCache, now)) },
	},
	"Account": {name: "find credits", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Account(ctx, byToken, now, studio.CursorPage{Limit: 2, After: &studio.Cursor{At: now, ID: "none"}}))
	}},
	"Account, by cache": {name: "find credits", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Account(ctx, byCache, now, studio.CursorPage{Limit: 2}))
	}},
	"Grant": {name: "grant credits", call: func(ctx context.Context, s *store.Store) error {
		return found(s.Grant(ctx, studio.Grant{UserID: ada, Credits: studio.Balance{ProductShoots: 5, AdGraphics: -1}, Note: "n", At: now}))
	}},
	"FindUsers": {name: "find users", call: func(ctx context.Context, s *store.Store) error {
		return found(s.FindUsers(ctx, store.UserQuery{Text: "ada@example.test", At: now, Limit: 2}))
	}},
	"Ledger": {name: "read ledger", call: func(ctx context.Context, s *store.Store) error {
		return found(s.Ledger(ctx, ada, studio.CursorPage{Limit: 2}))
	}},
	"ExportUser": {name: "export user", call: func(ctx context.Context, s *store.Store) error {
		return found(s.ExportUser(ctx, ada))
	}},
	"ReserveCheckout": {name: "reserve checkout", call: func(ctx context.Context, s *store.Store) error {
		offer := billing.Checkout{ID: "reserved-new", UserID: ada, Pack: binding.Pack{ID: "p", Amount: 1}, At: now}
		return s.ReserveCheckout(ctx, adasSession.ID, offer)
	}},
	"ConfirmCheckout": {name: "confirm checkout", before: aCheckout, call: func(ctx context.Context, s *store.Store) error {
		return s.ConfirmCheckout(ctx, billing.Checkout{ID: "checkout", UserID: ada}, "checkout-made")
	}},
	"ReleaseCheckout": {name: "release checkout", before: aCheckout, call: func(ctx context.Context, s *store.Store) error {
		return s.ReleaseCheckout(ctx, billing.Checkout{ID: "checkout", UserID: ada})
	}},
	"RecordPayment": {name: "record payment", before: aCheckout, call: func(ctx context.Context, s *store.Store) error {
		return found(s.RecordPayment(ctx, "event", adasPayment, now))
	}},
	"RecordReversal": {name: "record reversal", before: aCheckout, call: func(ctx context.Context, s *store.Store) error {
		return s.RecordReversal(ctx, "event", billing.Reversal{Source: "charge", PaymentID: "paid", Amount: 500, Reason: billing.Refunded}, now)
	}},
	"DeleteUser": {name: "delete user", call: func(ctx context.Context, s *store.Store) error {
		return found(s.DeleteUser(ctx, ada, now))
	}},
	"RevokeSessions": {name: "revoke sessions", call: func(ctx context.Context, s *store.Store) error {
		_, _, err := s.RevokeSessions(ctx, ada, true, now)
		return err
	}},
	"Generations": {name: "list generations", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Generations(ctx, byToken, now, studio.Filter{Status: "succeeded", Limit: 10}))
	}},
	"Generations, by cache": {name: "list generations", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Generations(ctx, byCache, now, studio.Filter{Limit: 10}))
	}},
	"Generations, expanded": {name: "list generations", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Generations(ctx, byToken, now, studio.Filter{Limit: 10, Expand: true}))
	}},
	"Generations, by cursor": {name: "list generations by cursor", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Generations(ctx, byCache, now, studio.Filter{Limit: 1, ByCursor: true, After: &studio.Cursor{At: now, ID: "none"}}))
	}},
	"Sessions, by cache": {name: "list sessions", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Sessions(ctx, byCache, now))
	}},
	"Generation": {name: "find generation", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.Generation(ctx, byToken, now, "made"))
	}},
	"AssetKey": {name: "find image", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.AssetKey(ctx, byToken, now, "made", 0))
	}},
	"AssetKey, of the second image": {name: "find image", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.AssetKey(ctx, byToken, now, "made", 1))
	}},
	"ReferenceKey": {name: "find reference", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.ReferenceKey(ctx, byToken, now, "made", 0))
	}},
	"ReferenceKey, of the second picture": {name: "find reference", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.ReferenceKey(ctx, byToken, now, "made", 2))
	}},

	"CheckBalance": {name: "check balance", call: func(ctx context.Context, s *store.Store) error {
		return s.CheckBalance(ctx, ada, studio.Balance{ProductShoots: 1})
	}},
	"BeginGeneration": {name: "begin generation", call: func(ctx context.Context, s *store.Store) error {
		return found(s.BeginGeneration(ctx, newDraft("new")))
	}},
	"CompleteGeneration": {name: "complete generation", call: func(ctx context.Context, s *store.Store) error {
		return found(s.CompleteGeneration(ctx, completion()))
	}},
	"FailGeneration": {name: "fail generation", call: func(ctx context.Context, s *store.Store) error {
		return found(s.FailGeneration(ctx, pending, fault.UpstreamFailed, "message", now, nil))
	}},
	"BeginGeneration, with a key": {name: "begin generation", call: func(ctx context.Context, s *store.Store) error {
		draft := newDraft("new")
		draft.Key, draft.RequestID = studio.Key{Text: "new", Digest: "d"}, "r"
		return found(s.BeginGeneration(ctx, draft))
	}, unread: keyColumns},
	"CompleteGeneration, with a key": {name: "complete generation", call: func(ctx context.Context, s *store.Store) error {
		done := completion()
		done.Answer = &studio.Answer{Status: 200, Body: []byte("{}")}
		return found(s.CompleteGeneration(ctx, done))
	}},
	"CheckKey": {name: "check key", call: func(ctx context.Context, s *store.Store) error {
		return known(s.CheckKey(ctx, ada, studio.Key{Text: "k", Digest: "d"}, now))
	}},
	"StaleGenerations": {name: "find stale generations", call: func(ctx context.Context, s *store.Store) error {
		return found(s.StaleGenerations(ctx, now, 10))
	}},
	"DeleteGeneration": {name: "delete generation", call: func(ctx context.Context, s *store.Store) error {
		return found(s.DeleteGeneration(ctx, adasSession, "made", now, studio.TaskEnd{}))
	}},
	"DeleteGeneration, while its task is at work": {before: aTask, name: "delete generation", call: func(ctx context.Context, s *store.Store) error {
		return found(s.DeleteGeneration(ctx, adasSession, "running", now, studio.TaskEnd{}))
	}},
	"DeleteGeneration, with its task": {before: aTask, name: "delete generation", call: func(ctx context.Context, s *store.Store) error {
		charge := studio.Charge{GenerationID: "running", UserID: ada, Workflow: studio.ImageFromText}
		return found(s.DeleteGeneration(ctx, adasSession, "running", now, studio.TaskEnd{Delete: true, Refund: true, Charge: charge}))
	}},
	"BeginTask": {name: "begin task", call: func(ctx context.Context, s *store.Store) error {
		job := studio.Job{Note: studio.Note{Charge: pending}, TaskID: "task", Begun: now, LookAt: now}
		return found(s.BeginTask(ctx, job, "m", &studio.Answer{Status: 202, Body: []byte("{}")}))
	}},
	"ClaimTask": {before: aTask, name: "claim task", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.ClaimTask(ctx, "running", time.Time{}, now, now.Add(time.Minute)))
	}},
	"ClaimTask, too early": {before: aTask, name: "claim task", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.ClaimTask(ctx, "running", time.Time{}, time.Unix(1, 0), now))
	}},
	"ExpireGenerations": {name: "expire generations", call: func(ctx context.Context, s *store.Store) error {
		return listed(s.ExpireGenerations(ctx, now, now, 10))
	}},
	"DueDiscards": {before: `INSERT INTO generation_discard (generation_id, user_id, due_at) VALUES ('gone', 'user-ada', 1)`,
		name: "find due discards", call: func(ctx context.Context, s *store.Store) error { return found(s.DueDiscards(ctx, now, 10)) }},
	"FinishDiscard": {name: "finish discard", call: func(ctx context.Context, s *store.Store) error { return s.FinishDiscard(ctx, "gone") }},
	"DueTasks": {before: aTask, name: "find due tasks", call: func(ctx context.Context, s *store.Store) error {
		return found(s.DueTasks(ctx, now, 10))
	}},
	"DueCopies": {name: "find due copies", call: func(ctx context.Context, s *store.Store) error {
		return found(s.DueCopies(ctx, now, 10))
	}},
	"FinishCopy": {name: "finish copy", call: func(ctx context.Context, s *store.Store) error {
		return found(s.FinishCopy(ctx, dueCopy(), studio.Copy{Key: "objects/2", ContentType: "image/png"}, now))
	}},
	"PostponeCopy": {name: "postpone copy", call: func(ctx context.Context, s *store.Store) error {
		return s.PostponeCopy(ctx, dueCopy(), now.Add(time.Minute), now)
	}},
}
