package auth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/js"
)

var (
	errUserExists  = refuseAs(http.StatusUnprocessableEntity, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "User already exists. Use another email.")
	errCreateUser  = Refuse(http.StatusUnprocessableEntity, "Failed to create user")
	errEmail       = Refuse(http.StatusBadRequest, "Invalid email")
	errCredentials = Refuse(http.StatusUnauthorized, "Invalid email or password")
)

// SignUp is the form of a new user. The e-mail address must be one of ValidEmail.
type SignUp struct {
	Name, Email, Password string
	Image                 *string
	Forget                bool // the session ends when the browser closes
}

// SignUp makes a user with a password, and signs the browser in as that user.
func (s *Service) SignUp(ctx context.Context, v *Visit, form SignUp) (Identity, error) {
	if err := checkLength(form.Password); err != nil {
		return Identity{}, err
	}
	email := js.ToLower(form.Email)
	known, err := s.login(ctx, email, s.noGuess(v, "/sign-up/email"))
	if err != nil {
		return Identity{}, err
	}
	if known.User != nil {
		return Identity{}, errUserExists
	}

	hash, err := HashPassword(ctx, s.scrypt, form.Password)
	if err != nil {
		return Identity{}, err
	}
	at := v.Now.Truncate(time.Second)
	user := User{ID: newID(), Name: form.Name, Email: email, Image: form.Image, CreatedAt: at, UpdatedAt: at}
	account := passwordAccount(user.ID, hash, at)
	session := v.newSession(user.ID, !form.Forget)
	if err := s.store.AddUser(ctx, user, account, session); errors.Is(err, ErrTaken) {
		return Identity{}, errCreateUser
	} else if err != nil {
		return Identity{}, err
	}

	identity := Identity{session, user}
	s.setSessionCookies(v, identity, !form.Forget)
	return identity, nil
}

func passwordAccount(userID, hash string, at time.Time) Account {
	return Account{
		ID: newID(), ProviderID: Credential, AccountID: userID, UserID: userID,
		Password: &hash, CreatedAt: at, UpdatedAt: at,
	}
}

// SignIn is an address with its password.
type SignIn struct {
	Email, Password string
	Forget          bool // the session ends when the browser closes
}

// SignIn signs the browser in with a password. A wrong address takes as long as a wrong password.
func (s *Service) SignIn(ctx context.Context, v *Visit, form SignIn) (Identity, error) {
	if !ValidEmail(form.Email) {
		return Identity{}, errEmail
	}
	email := js.ToLower(form.Email)
	guess := s.signInGuess(v, email, "/sign-in/email")
	known, err := s.login(ctx, email, guess)
	if err != nil {
		return Identity{}, err
	}

	stored := ""
	if known.Password != nil {
		stored = *known.Password
	}
	fits, err := verifyPassword(ctx, s.scrypt, form.Password, stored)
	if err != nil {
		return Identity{}, errors.Join(err, s.store.Uncount(ctx, guess, known.Tried))
	}
	if !fits || known.User == nil {
		return Identity{}, errCredentials
	}

	identity := Identity{v.newSession(known.User.ID, !form.Forget), *known.User}
	err = s.store.AddSession(ctx, identity.Session, stored, guess)
	if errors.Is(err, ErrGone) {
		return Identity{}, errCredentials // the password was changed, or taken away, meanwhile
	}
	if err != nil {
		return Identity{}, err
	}
	s.setSessionCookies(v, identity, !form.Forget)
	return identity, nil
}

// Login is the user with an e-mail address, and the hash of the password; nil if there is none.
type Login struct {
	Tried    Tried // of the guess that asked
	User     *User
	Password *string
}

// login looks an address up, and counts the guess, if it is one, among those of all processes.
func (s *Service) login(ctx context.Context, email string, guess Guess) (Login, error) {
	known, err := s.store.FindLogin(ctx, email, guess)
	if err != nil {
		return Login{}, err
	}
	return known, guess.check(known.Tried)
}
