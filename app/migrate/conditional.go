package migrate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
)

// conditional is a CREATE … IF NOT EXISTS or DROP … IF EXISTS: a statement that may do nothing.
type conditional struct {
	creates    bool
	kind, name string // "table", "index", "view" or "trigger"
	dialect.Statement
}

// conditionalOf reads a statement as one that may do nothing.
func conditionalOf(s dialect.Statement) (conditional, bool) {
	tokens := s.Tokens
	creates := is(tokens, "CREATE")
	if !creates && !is(tokens, "DROP") {
		return conditional{}, false
	}
	rest := drop(drop(tokens[1:], "UNIQUE"), "VIRTUAL")
	if len(rest) == 0 {
		return conditional{}, false
	}
	kind := strings.ToLower(rest[0].Text)
	switch {
	case creates && is(rest[1:], condition[:]...):
		return conditional{true, kind, name(rest[4:]), s}, true
	case !creates && is(rest[1:], "IF", "EXISTS"):
		return conditional{false, kind, name(rest[3:]), s}, true
	}
	return conditional{}, false
}

func (c conditional) String() string {
	if c.creates {
		return "CREATE " + strings.ToUpper(c.kind) + " IF NOT EXISTS " + c.name
	}
	return "DROP " + strings.ToUpper(c.kind) + " IF EXISTS " + c.name
}

// plain is the statement without its condition.
func (c conditional) plain() string {
	tokens, _ := dialect.Tokens(c.SQL) // it was split by the same
	var text strings.Builder
	removed := 0
	for _, token := range tokens {
		if removed < len(condition) && token.Is(condition[removed]) {
			removed++
			continue
		}
		text.WriteString(token.Text)
	}
	return text.String()
}

var condition = [...]string{"IF", "NOT", "EXISTS"}

// twin runs pending files on two more shadows, and finds statements that do nothing over something else: one shadow
// starts as the target's schema, the other is what the files make of an empty database.
type twin struct {
	engine      *Engine
	here, fresh Shadow // fresh is nil if the applied files can't be run again
}

// twin is nil if no pending file has a statement that may do nothing.
func (e *Engine) twin(ctx context.Context, plan Plan, surveyed target) (*twin, error) {
	if !plan.mayIdle() {
		return nil, nil
	}
	here, err := e.options.Shadow()
	if err != nil {
		return nil, err
	}
	made := &twin{engine: e, here: here}
	if err := copyInto(ctx, here, surveyed.objects); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	if made.fresh, err = e.options.Shadow(); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	for _, step := range plan.Steps {
		if step.State != Pending {
			made.advance(ctx, step.file)
		}
	}
	return made, nil
}

func (p Plan) mayIdle() bool {
	for _, step := range p.Pending() {
		for _, statement := range step.file.Statements {
			if _, may := conditionalOf(statement); may {
				return true
			}
		}
	}
	return false
}

// Close closes the shadows.
func (t *twin) Close() error {
	if t == nil {
		return nil
	}
	err := t.here.Close()
	if t.fresh != nil {
		err = errors.Join(err, t.fresh.Close())
	}
	return err
}

// advance runs a file on the empty database's shadow, and gives that up if it fails.
func (t *twin) advance(ctx context.Context, file File) {
	for _, statement := range file.Statements {
		if t.fresh == nil {
			return
		}
		if _, err := t.fresh.Batch(ctx, d1.SQL(statement.SQL)); err != nil {
			_ = t.fresh.Close() // in memory: nothing is lost
			t.fresh = nil
		}
	}
}

// run runs a pending file, names in its effect what does nothing, and refuses what does nothing over something else.
func (t *twin) run(ctx context.Context, file File, effect *Effect) ([]Refusal, error) {
	if t == nil {
		return nil, nil
	}
	var refusals []Refusal
	var named []conditional
	for _, statement := range file.Statements {
		if may, found := conditionalOf(statement); found {
			refused, err := t.idle(ctx, file, may, effect)
			if err != nil {
				return nil, err
			}
			named, refusals = append(named, may), append(refusals, refused...)
		}
		if _, err := t.here.Batch(ctx, d1.SQL(statement.SQL)); err != nil {
			return refusals, nil // the rehearsal tells
		}
	}
	t.advance(ctx, file)
	if t.fresh == nil || len(refusals) > 0 {
		return refusals, nil
	}
	return t.settle(ctx, file, named)
}

// idle refuses a statement that does nothing because something else has the name.
func (t *twin) idle(ctx context.Context, file File, may conditional, effect *Effect) ([]Refusal, error) {
	present, err := inspect(ctx, t.here)
	if err != nil {
		return nil, err
	}
	there := present.has(may.name)
	switch {
	case !may.creates && !there:
		effect.add(Change{"-", "nothing", "there is no " + may.kind + " " + may.name, Additive})
		return nil, nil
	case may.creates && there:
		effect.add(Change{"+", "nothing", may.kind + " " + may.name + " is there already", Additive})
	default:
		return nil, nil
	}

	wanted, err := t.alone(ctx, may, present)
	if err != nil {
		return []Refusal{may.refusal(file, "it can't be compared with what is there: "+err.Error())}, nil
	}
	if instead := unlike(may.name, wanted, present); instead != "" {
		return []Refusal{may.refusal(file, "that one "+instead)}, nil
	}
	return nil, nil
}

// alone is the schema that the statement makes where nothing has its name.
func (t *twin) alone(ctx context.Context, may conditional, present schema) (schema, error) {
	empty, err := t.engine.options.Shadow()
	if err != nil {
		return schema{}, err
	}
	defer empty.Close()
	if may.kind == "index" || may.kind == "trigger" {
		if on := subject(may.Tokens); present.has(on) {
			if err := copyOne(ctx, t.here, empty, on); err != nil {
				return schema{}, err
			}
		}
	}
	if _, err := empty.Batch(ctx, d1.SQL(may.plain())); err != nil {
		return schema{}, err
	}
	return inspect(ctx, empty)
}

// subject is the table or view behind ON, of a CREATE INDEX or CREATE TRIGGER.
func subject(tokens []dialect.Token) string {
	for i, token := range tokens {
		if token.Is("ON") {
			return name(tokens[i+1:])
		}
	}
	return ""
}

// copyOne makes the table or view of one shadow on another.
func copyOne(ctx context.Context, from, to d1.Database, name string) error {
	found, err := d1.Query(ctx, from,
		"SELECT sql FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower("+literal(name)+")")
	if err != nil || len(found.Rows) == 0 {
		return err
	}
	_, err = d1.Query(ctx, to, found.Rows[0].Text(0))
	return err
}

// settle refuses statements that leave the target with something else than what the files make of an empty database.
func (t *twin) settle(ctx context.Context, file File, named []conditional) ([]Refusal, error) {
	here, err := inspect(ctx, t.here)
	if err != nil {
		return nil, err
	}
	fresh, err := inspect(ctx, t.fresh)
	if err != nil {
		return nil, err
	}
	var refusals []Refusal
	for _, may := range named {
		if instead := unlike(may.name, fresh, here); instead != "" {
			refusals = append(refusals, may.refusal(file, "the files make another of an empty database, and this one "+instead))
		}
	}
	return refusals, nil
}

// unlike says what the object of that name is in a schema, if it is another in the wanted one.
func unlike(name string, wanted, present schema) string {
	if object, has := present.others[key(name)]; has {
		if other, had := wanted.others[key(name)]; had && other.kind == object.kind && other.definition == object.definition {
			return ""
		}
		return "is the " + object.kind + " " + strconv.Quote(object.definition)
	}
	was, is := wanted.only(name), present.only(name)
	for index, object := range is.others {
		if _, wanted := was.others[index]; !wanted && !present.constrains(object) {
			delete(is.others, index) // an index beside the table
		}
	}
	if differences := compare(was, is); len(differences) > 0 {
		return "differs by " + strings.Join(lines(differences), ", ")
	}
	return ""
}

// constrains reports whether a unique index stands in its table's definition, as a UNIQUE constraint.
func (s schema) constrains(index other) bool {
	for name, object := range s.others {
		if strings.HasPrefix(name, "sqlite_autoindex_") && key(object.table) == key(index.table) && object.definition == index.definition {
			return true
		}
	}
	return false
}

func (c conditional) refusal(file File, instead string) Refusal {
	return Refusal{
		Idle, file.Name, c.Line, fmt.Sprintf("%s does nothing over the %s that the database has; %s", c, c.name, instead),
		"Change what is there by statements of its own, or write what is there; addreams db status tells what the files don't make.",
	}
}

// guessIdle names what a file would create only if nothing has the name, where something has: without a shadow it can't
// be told whether that is the same.
func (e *Effect) guessIdle(file File, surveyed target) {
	for _, statement := range file.Statements {
		may, found := conditionalOf(statement)
		if !found || !may.creates {
			continue
		}
		for _, object := range surveyed.objects {
			if key(object.name) == key(may.name) {
				e.add(Change{"~", may.kind + " " + may.name, "something is there by that name", Rebuild})
			}
		}
	}
}

// has reports whether an object of that name is there.
func (s schema) has(name string) bool {
	_, other := s.others[key(name)]
	return other || s.tables[key(name)] != nil
}

// only is a schema's table of that name, with what is unique in it.
func (s schema) only(name string) schema {
	part := schema{tables: map[string]*table{}, others: map[string]other{}}
	found := s.tables[key(name)]
	if found == nil {
		return part
	}
	part.tables[key(name)] = found
	for index, object := range s.others {
		if object.kind == "unique index" && key(object.table) == key(name) {
			part.others[index] = object
		}
	}
	return part.nameless()
}
