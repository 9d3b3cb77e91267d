package store

import (
	"context"
	"errors"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// userColumns are what userFields reads.
const userColumns = `
		id,
		name,
		email,
		email_verified,
		image,
		created_at,
		updated_at`

// userFields returns the destinations for userColumns.
func userFields(user *auth.User) []any {
	return []any{
		&user.ID,
		&user.Name,
		&user.Email,
		&user.EmailVerified,
		&user.Image,
		d1.Seconds(&user.CreatedAt),
		d1.Seconds(&user.UpdatedAt),
	}
}

const (
	selectUserByEmail = `SELECT` + userColumns + ` FROM user WHERE email = ?`
	selectUserByID    = `SELECT` + userColumns + ` FROM user WHERE id = ?`
)

// selectLogin reads a user with the hash of the password: the first one if there are several password accounts.
const selectLogin = `
	SELECT` + userColumns + `,
		(
			SELECT account.password
			FROM account
			WHERE account.user_id = u.id
				AND account.provider_id = 'credential'
			ORDER BY account.rowid
			LIMIT 1
		) AS password
	FROM user u
	WHERE u.email = ?`

// FindLogin counts a guess, and returns what is known of the address.
func (s *Store) FindLogin(ctx context.Context, email string, guess auth.Guess) (auth.Login, error) {
	answer, err := s.batch(ctx, "find login", append(guessStatements(guess), d1.SQL(selectLogin, email))...)
	if err != nil {
		return auth.Login{}, err
	}
	tried, answer, err := readTried(guess, answer)
	if err != nil {
		return auth.Login{}, err
	}

	login, user := auth.Login{Tried: tried}, auth.User{}
	found, err := answer.first(0, append(userFields(&user), &login.Password)...)
	if err != nil {
		return auth.Login{}, err
	}
	if found {
		login.User = &user
	}
	return login, nil
}

const insertUser = `
	INSERT INTO user (
		id,
		name,
		email,
		email_verified,
		image,
		created_at,
		updated_at
	)
	SELECT ?, ?, ?, ?, ?, ?, ?
	WHERE 1`

func insertUserStatement(user auth.User) d1.Statement {
	return d1.SQL(insertUser,
		user.ID, user.Name, user.Email, user.EmailVerified, user.Image, seconds(user.CreatedAt), seconds(user.UpdatedAt))
}

// AddUser inserts a user with an account and a first session; auth.ErrTaken if another user has the address.
func (s *Store) AddUser(ctx context.Context, user auth.User, account auth.Account, session auth.Session) error {
	return taken(s.run(ctx, "add user",
		insertUserStatement(user), insertAccountStatement(account), insertSessionStatement(session)))
}

// taken marks the refusal of a second user with the same address as auth.ErrTaken.
func taken(err error) error {
	if d1.Violates(err, "user.email") {
		return errors.Join(auth.ErrTaken, err)
	}
	return err
}

const updateUser = `
	UPDATE user
	SET
		name = COALESCE(?, name),
		image = CASE WHEN ? THEN ? ELSE image END,
		updated_at = ?
	WHERE id = ?`

const returningUser = ` RETURNING` + userColumns

// UpdateUser changes the fields that the patch has, and returns the caller's user as it is then. auth.ErrGone if the
// caller's session is gone.
func (s *Store) UpdateUser(ctx context.Context, caller auth.Session, patch auth.UserPatch, now time.Time) (auth.User, error) {
	update := sessionExists(caller.UserID, caller.ID).on(
		d1.SQL(updateUser, patch.Name, patch.SetImage, patch.Image, seconds(now), caller.UserID))
	update.SQL += returningUser

	answer, err := s.batch(ctx, "update user", update)
	if err != nil {
		return auth.User{}, err
	}
	var user auth.User
	found, err := answer.first(0, userFields(&user)...)
	if err == nil && !found {
		err = auth.ErrGone
	}
	return user, err
}

const updateEmailVerified = `
	UPDATE user
	SET
		email_verified = 1,
		updated_at = ?
	WHERE email = ?`

// VerifyEmail records that an address is verified, and gives its user the credits that were due for that; auth.ErrGone if
// no user has the address.
func (s *Store) VerifyEmail(ctx context.Context, email string, now time.Time) error {
	verify := d1.SQL(updateEmailVerified, seconds(now), email)
	answer, err := s.batch(ctx, "verify email", append([]d1.Statement{verify}, s.giveDueStatements(email, now)...)...)
	if err != nil {
		return err
	}
	return answer.changed(0)
}
