package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumiconfig "github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/addreams/addreams/app/binding"
)

// Namespace begins every key of the configuration.
const Namespace = "addreams:"

// reader reads the keys and collects every problem on the way, so that all are reported at once.
type reader struct {
	ctx      *pulumi.Context
	config   *pulumiconfig.Config
	asked    map[string]bool   // the keys that were read
	file     map[string]string // the secrets file of the local stack, by binding name
	problems []string
}

func newReader(ctx *pulumi.Context) *reader {
	r := &reader{ctx: ctx, config: pulumiconfig.New(ctx, strings.TrimSuffix(Namespace, ":")), asked: map[string]bool{}}
	r.readSecretsFile()
	return r
}

// text reads a key; "" if it is not set.
func (r *reader) text(key string) string {
	r.asked[key] = true
	return strings.TrimSpace(r.config.Get(key))
}

func (r *reader) textOr(key, fallback string) string { return cmp.Or(r.text(key), fallback) }

// flag reads a boolean. Pulumi's own reader takes "yes" for false, and "1" for true.
func (r *reader) flag(key string) bool {
	text := r.text(key)
	if text != "" && text != "true" && text != "false" {
		r.problem(key, fmt.Sprintf("is %q, which is neither true nor false", text), "true")
	}
	return text == "true"
}

// number reads a whole number; 0 if it is not set. Pulumi's own reader takes 010 for 8.
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

// bindings reads and checks the value of every binding that has a setting. Those without a value are left out.
func (r *reader) bindings() (plain map[string]string, secret map[string]pulumi.StringOutput) {
	plain, secret = map[string]string{}, map[string]pulumi.StringOutput{}
	for _, b := range binding.All() {
		if b.Setting == "" {
			continue
		}
		value := r.value(b)
		r.checkValue(b, value)
		switch {
		case value == "":
		case b.Kind == binding.Secret:
			secret[b.Name] = r.secret(b)
		default:
			plain[b.Name] = value
		}
	}

	return plain, secret
}

// value reads the value of a binding: the secrets file's, or else the configured one.
func (r *reader) value(b binding.Binding) string {
	configured := r.text(b.Setting)
	return cmp.Or(r.file[b.Name], configured)
}

// secret returns the value of a secret binding as the engine keeps it. It reports one that is configured in plain text.
func (r *reader) secret(b binding.Binding) pulumi.StringOutput {
	if given := r.file[b.Name]; given != "" {
		return pulumi.ToSecret(pulumi.String(given)).(pulumi.StringOutput)
	}
	if !r.ctx.IsConfigSecret(Namespace + b.Setting) {
		r.bindingProblem(b, "is stored in plain text: set it as a secret, and replace it where it was issued", "")
	}
	return r.config.GetSecret(b.Setting).ApplyT(strings.TrimSpace).(pulumi.StringOutput)
}

// problem reports what is wrong with a key, with the command that sets it to a value like the example.
func (r *reader) problem(key, what, example string) {
	r.report(Namespace+key+" "+what, fmt.Sprintf("pulumi config set %s%s %s", Namespace, key, example))
}

// bindingProblem is problem for the setting of a binding, whose own example is used if example is "".
func (r *reader) bindingProblem(b binding.Binding, what, example string) {
	command := "pulumi config set "
	if b.Kind == binding.Secret {
		command += "--secret "
	}
	command += Namespace + b.Setting + " " + cmp.Or(example, b.Example)
	r.report(Namespace+b.Setting+" "+what, strings.TrimSpace(command))
}

// report adds a problem, and the command that fixes it.
func (r *reader) report(what, command string) {
	r.problems = append(r.problems, "  - "+what+"\n      "+command)
}

// err lists the problems in the order of the keys; nil if there are none.
func (r *reader) err() error {
	found := slices.Compact(slices.Sorted(slices.Values(r.problems)))
	if len(found) == 0 {
		return nil
	}
	count := "1 problem"
	if len(found) > 1 {
		count = fmt.Sprintf("%d problems", len(found))
	}
	return fmt.Errorf("the configuration of stack %q has %s; nothing was deployed:\n%s", r.ctx.Stack(), count, strings.Join(found, "\n"))
}
