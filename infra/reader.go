package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/dotenv"
)

// source is where configuration comes from: *pulumi.Context.
type source interface {
	Stack() string
	GetConfig(key string) (string, bool)
	IsConfigSecret(key string) bool
}

// reader reads configuration keys of the namespace addreams, and collects every problem on the way.
type reader struct {
	source
	asked    map[string]bool   // the keys that were read
	file     map[string]string // secretsFile, by binding name
	problems []error
}

const namespace = "addreams:"

func newReader(from source) *reader {
	r := &reader{source: from, asked: map[string]bool{}}
	path := r.text("secretsFile")
	if path == "" {
		return r
	}
	if from.Stack() != local {
		r.problems = append(r.problems, errors.New(namespace+"secretsFile is for stack local only\n      pulumi config rm addreams:secretsFile"))
		return r
	}
	file, err := dotenv.Read(path)
	if err != nil {
		r.problems = append(r.problems, fmt.Errorf("%ssecretsFile cannot be read: %w", namespace, err))
	}
	r.file = file
	return r
}

// text reads a key; "" where it is not set.
func (r *reader) text(key string) string {
	r.asked[key] = true
	value, _ := r.GetConfig(namespace + key)
	return strings.TrimSpace(value)
}

// claim reads a boolean; what is neither true nor false would else be false in silence.
func (r *reader) claim(key string) bool {
	text := r.text(key)
	if text != "" && text != "true" && text != "false" {
		r.problem(key, fmt.Sprintf("is %q, neither true nor false", text), "true")
	}
	return text == "true"
}

// number reads an integer; the engine has checked the type of what a stack's file holds.
func (r *reader) number(key string) int {
	text := r.text(key)
	if text == "" {
		return 0
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		r.problem(key, "is not a whole number", "100")
	}
	return number
}

// bound reads the value of a plain-text binding: the secrets file's, or the configured one.
func (r *reader) bound(name string) string {
	configured := r.text(plainKeys[name])
	return cmp.Or(r.file[name], configured)
}

// secret reads the value of a secret-text binding likewise, and notes one that is configured in clear.
func (r *reader) secret(name string) string {
	key := secretKeys[name]
	value := r.text(key)
	if given := r.file[name]; given != "" {
		return given
	}
	if value != "" && !r.IsConfigSecret(namespace+key) {
		r.secretProblem(key, "is stored in clear: set it as a secret, and replace it where it was issued")
	}
	return value
}

// token is that of Cloudflare's API: the provider's configuration, or else its environment variable.
func (r *reader) token() string {
	if token, _ := r.GetConfig("cloudflare:apiToken"); token != "" {
		return token
	}
	return os.Getenv("CLOUDFLARE_API_TOKEN")
}

// problem notes what is wrong with a key, and the command that mends it with a value of the given form.
func (r *reader) problem(key, what, example string) {
	r.problems = append(r.problems, fmt.Errorf("%s%s %s\n      pulumi config set %s%s %s", namespace, key, what, namespace, key, example))
}

func (r *reader) secretProblem(key, what string) {
	example := ""
	switch key {
	case "betterAuthSecret", "migrateToken", "clientAddressSecret":
		example = ` "$(openssl rand -base64 32)"`
	case "accountTokenKeys":
		example = ` "k1:$(openssl rand -base64 32)"`
	}
	r.problems = append(r.problems, fmt.Errorf("%s%s %s\n      pulumi config set --secret %s%s%s", namespace, key, what, namespace, key, example))
}

// gaps joins what was found, in the order of the keys; nil where the configuration is sound.
func (r *reader) gaps() error {
	found := make([]string, len(r.problems))
	for i, problem := range r.problems {
		found[i] = "  - " + problem.Error()
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) == 0 {
		return nil
	}
	return fmt.Errorf("the configuration of stack %q needs mending (%d), and nothing was contacted:\n%s",
		r.Stack(), len(found), strings.Join(found, "\n"))
}
