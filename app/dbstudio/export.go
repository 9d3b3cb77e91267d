package dbstudio

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
)

// export streams all rows of a query as CSV or JSON, page by page: a table may be larger than memory.
func (s *Studio) export(w http.ResponseWriter, r *http.Request) {
	var q query
	decoder := json.NewDecoder(strings.NewReader(r.URL.Query().Get("query")))
	decoder.UseNumber()
	if err := decoder.Decode(&q); err != nil {
		writeProblem(w, badRequest("The request can't be read: %v", err))
		return
	}
	t, err := s.find(r.Context(), q.Table)
	if err != nil {
		writeProblem(w, err)
		return
	}
	q.Limit, q.After = mostRows, ""
	prepared, err := s.prepare(t, q)
	if err != nil {
		writeProblem(w, err)
		return
	}
	first, err := s.wholePage(r, prepared)
	if err != nil {
		writeProblem(w, err)
		return
	}

	format, kind := r.URL.Query().Get("format"), "text/csv; charset=utf-8"
	if format != "csv" {
		format, kind = "json", "application/json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": t.Name + "." + format}))
	buffered := bufio.NewWriter(w)
	defer buffered.Flush()
	if err := s.stream(r, prepared, first, newRowWriter(format, buffered, t)); err != nil {
		panic(http.ErrAbortHandler) // so that a partial file is not taken for a complete one
	}
}

// stream writes the first page and those after it.
func (s *Studio) stream(r *http.Request, p prepared, page [][]string, out rowWriter) error {
	for {
		for i, row := range page {
			if i == p.Limit {
				break
			}
			if err := out.write(cells(p.table, row, p.revealed, 0)); err != nil {
				return err
			}
		}
		if len(page) <= p.Limit {
			return out.end()
		}
		p.from = p.next(page[p.Limit-1])
		var err error
		if page, err = s.wholePage(r, p); err != nil {
			return err
		}
	}
}

// wholePage reads a page with whole values.
func (s *Studio) wholePage(r *http.Request, p prepared) ([][]string, error) {
	p.whole = true
	rows, _, err := s.measure(r.Context(), p.statements()...)
	return rows, err
}

// rowWriter writes rows in a format.
type rowWriter interface {
	write(cells []cell) error
	end() error
}

func newRowWriter(format string, out *bufio.Writer, t *table) rowWriter {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	if format == "csv" {
		writer := csv.NewWriter(out)
		_ = writer.Write(names) // end returns the error
		return csvWriter{writer}
	}
	return &jsonWriter{out: out, names: names}
}

type csvWriter struct{ out *csv.Writer }

func (c csvWriter) write(cells []cell) error {
	fields := make([]string, len(cells))
	for i, value := range cells {
		fields[i] = plainText(value)
	}
	return c.out.Write(fields)
}

func (c csvWriter) end() error {
	c.out.Flush()
	return c.out.Error()
}

// plainText returns a cell as text: empty for NULL, hexadecimal for a BLOB, and a mask for a secret.
func plainText(value cell) string {
	switch value := value.(type) {
	case nil:
		return ""
	case special:
		if value.Type == "secret" {
			return "••••"
		}
		return value.Value
	case float64:
		text, _ := json.Marshal(value) // finite
		return string(text)
	}
	return fmt.Sprint(value)
}

type jsonWriter struct {
	out   *bufio.Writer
	names []string
	rows  int
}

// write writes an object by hand, because a map would lose the order of the columns.
func (j *jsonWriter) write(cells []cell) error {
	separator := ",\n "
	if j.rows == 0 {
		separator = "[\n "
	}
	j.rows++
	_, err := j.out.WriteString(separator)

	for i, value := range cells {
		if shown, ok := value.(special); ok {
			value = plainText(shown)
		}
		name, _ := json.Marshal(j.names[i]) // a string
		encoded, failed := json.Marshal(value)
		if failed != nil {
			return failed
		}
		mark := ", "
		if i == 0 {
			mark = "{"
		}
		_, err = fmt.Fprintf(j.out, "%s%s: %s", mark, name, encoded)
	}
	if err != nil {
		return err
	}
	return j.out.WriteByte('}')
}

func (j *jsonWriter) end() error {
	if j.rows == 0 {
		_, err := j.out.WriteString("[]\n")
		return err
	}
	_, err := j.out.WriteString("\n]\n")
	return err
}
