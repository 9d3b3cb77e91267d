package seed

import (
	"fmt"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

const day = 24 * time.Hour

// user is a sample user.
type user struct {
	number      int
	name, email string
	credits     int64 // of each kind, at first
	grant       studio.Balance
	orders      []order // oldest first
}

// order is a generation to be made, and its outcome.
type order struct {
	age        time.Duration
	workflow   studio.Workflow
	prompt     string
	status     studio.Status
	references int
	images     int
	lost       bool // the images were not copied, and the provider has deleted them
	code       fault.Code
	message    string
}

// users are the sample users: one with credits and generations in every state, one who has spent all.
var users = []user{
	{
		number: 1, name: "Ada", email: "ada@seed.example", credits: 5, grant: studio.Balance{ProductShoots: 3},
		orders: []order{
			{age: 6 * day, workflow: studio.ImageFromText, prompt: "a lighthouse at dawn", status: studio.Succeeded, images: 1},
			{age: 5 * day, workflow: studio.ImageFromReference, prompt: "the bottle on a beach", status: studio.Succeeded, references: 1, images: 3},
			{
				age: 4 * day, workflow: studio.ImageFromText, prompt: "a shoe made of glass", status: studio.Failed,
				code: fault.UpstreamTimeout, message: "Image provider request timed out.",
			},
			{
				age: 3 * day, workflow: studio.ImageFromReference, prompt: "the watch in a storm", status: studio.Failed,
				code: fault.Internal, message: "The generation was interrupted. The credit was returned.",
			},
			{age: 2 * day, workflow: studio.ImageFromText, prompt: "a chair in the desert", status: studio.Succeeded, images: 1, lost: true},
			{workflow: studio.ImageFromText, prompt: "a train in the snow", status: studio.Pending},
		},
	},
	{
		number: 2, name: "Bob", email: "bob@seed.example", credits: 1,
		orders: []order{
			{age: 3 * day, workflow: studio.ImageFromText, prompt: "a teapot on the moon", status: studio.Succeeded, images: 1},
			{age: 2 * day, workflow: studio.ImageFromReference, prompt: "the lamp in a library", status: studio.Succeeded, references: 1, images: 1},
		},
	},
}

// id has the form of better-auth's IDs, and is the same in every run.
func (u user) id() string { return fmt.Sprintf("seed%028d", u.number) }

// generationID is a UUID that is the same in every run.
func (u user) generationID(number int) string {
	return fmt.Sprintf("5eed%04d-0000-4000-8000-%012d", u.number, number+1)
}

// clear removes all that is kept of the user: first the rows that refer to others.
func (u user) clear() []d1.Statement {
	var statements []d1.Statement
	for _, table := range [...]string{
		"idempotency_key", "generation", "credit_ledger", "free_credits_due", "user_profile", "user_cutoff", "session", "account",
	} {
		statements = append(statements, d1.SQL("DELETE FROM "+table+" WHERE user_id = ?", u.id()))
	}
	return append(statements, d1.SQL("DELETE FROM user WHERE id = ?", u.id()))
}
