package store

import (
	"context"
	"errors"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// readUser reads id, name, email, email_verified, image, created_at, updated_at, from the column first on.
func readUser(row d1.Row, first int) auth.User {
	return auth.User{
		ID:            row.Text(first),
		Name:          row.Text(first + 1),
		Email:         row.Text(first + 2),
		EmailVerified: row.Bool(first + 3),
		Image:         row.NullText(first + 4),
		CreatedAt:     instant(row, first+5),
		UpdatedAt:     instant(row, first+6),
	}
}

const userColumns = 7

// findLogin reads a user with the hash of its password: of several password accounts the first.
const findLogin = `
	SELECT
		u.id,
		u.name,
		u.email,
		u.email_verified,
		u.image,
		u.created_at,
		u.updated_at,
		(
			SELECT a.password
			FROM account a
			WHERE a.user_id = u.id
				AND a.provider_id = 'credential'
			ORDER BY a.rowid
			LIMIT 1
		)
	FROM user u
	WHERE u.email = ?`

// FindLogin counts a guess, and returns what is known of the address.
func (s *Store) FindLogin(ctx context.Context, email string, guess auth.Guess) (auth.Login, error) {
	results, err := s.db.Batch(ctx, append(guessStatements(guess), d1.SQL(findLogin, email))...)
	if err != nil {
		return auth.Login{}, err
	}
	tried, results := readTried(guess, results)
	login := auth.Login{Tried: tried}
	if rows := results[0].Rows; len(rows) > 0 {
		user := readUser(rows[0], 0)
		login.User, login.Password = &user, rows[0].NullText(userColumns)
	}
	return login, nil
}

const addUser = `
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

func addUserStatement(user auth.User) d1.Statement {
	return d1.SQL(addUser,
		user.ID, user.Name, user.Email, user.EmailVerified, user.Image, seconds(user.CreatedAt), seconds(user.UpdatedAt))
}

// AddUser inserts a user with an account and a first session; auth.ErrTaken if another has the address.
func (s *Store) AddUser(ctx context.Context, user auth.User, account auth.Account, session auth.Session) error {
	return taken(s.run(ctx, addUserStatement(user), addAccountStatement(account), addSessionStatement(session)))
}

// taken names the refusal of a second user with one address.
func taken(err error) error {
	if d1.Violates(err, "user.email") {
		return errors.Join(auth.ErrTaken, err)
	}
	return err
}

// userFields are what readUser reads.
const userFields = `
		id,
		name,
		email,
		email_verified,
		image,
		created_at,
		updated_at`

const (
	findUser     = `SELECT` + userFields + ` FROM user WHERE email = ?`
	findUserByID = `SELECT` + userFields + ` FROM user WHERE id = ?`
)

const updateUser = `
	UPDATE user
	SET
		name = COALESCE(?, name),
		image = CASE WHEN ? THEN ? ELSE image END,
		updated_at = ?
	WHERE id = ?`

const returningUser = ` RETURNING` + userFields

// UpdateUser changes the caller's user, and returns the user as it is then. auth.ErrGone if the caller's session is gone.
func (s *Store) UpdateUser(ctx context.Context, caller auth.Session, patch auth.UserPatch, now time.Time) (auth.User, error) {
	update := sessionStands(caller.UserID, caller.ID).on(
		d1.SQL(updateUser, patch.Name, patch.SetImage, patch.Image, seconds(now), caller.UserID))
	results, err := s.db.Batch(ctx, d1.SQL(update.SQL+returningUser, update.Args...))
	if err != nil {
		return auth.User{}, err
	}
	if len(results[0].Rows) == 0 {
		return auth.User{}, auth.ErrGone
	}
	return readUser(results[0].Rows[0], 0), nil
}

const verifyEmail = `
	UPDATE user
	SET
		email_verified = 1,
		updated_at = ?
	WHERE email = ?`

// VerifyEmail notes that an address is proven, and gives its user the credits that were due for that; auth.ErrGone if no
// user has it.
func (s *Store) VerifyEmail(ctx context.Context, email string, now time.Time) error {
	statements := append([]d1.Statement{d1.SQL(verifyEmail, seconds(now), email)}, giveDueStatements(email, now)...)
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return err
	}
	return changed(results[0])
}
