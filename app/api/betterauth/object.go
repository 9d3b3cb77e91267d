package betterauth

// jsonObject has the members of a JSON object. A member of another type than the one asked for counts as absent.
type jsonObject map[string]any

// text returns a string; "" if there is none.
func (o jsonObject) text(name string) string {
	text, _ := o[name].(string)
	return text
}

// optionalText returns a string; nil if there is none.
func (o jsonObject) optionalText(name string) *string {
	if text, ok := o[name].(string); ok {
		return &text
	}
	return nil
}

// optionalBool returns a boolean; nil if there is none.
func (o jsonObject) optionalBool(name string) *bool {
	if value, ok := o[name].(bool); ok {
		return &value
	}
	return nil
}

// optionalInt returns a whole number; nil if there is none.
func (o jsonObject) optionalInt(name string) *int64 {
	if value, ok := o[name].(float64); ok {
		number := int64(value)
		return &number
	}
	return nil
}

// isTrue reports whether a boolean is true.
func (o jsonObject) isTrue(name string) bool { return o[name] == true }

// isFalse reports whether a boolean is false.
func (o jsonObject) isFalse(name string) bool { return o[name] == false }

// texts returns the strings of a list; none if there is no list.
func (o jsonObject) texts(name string) []string {
	var texts []string
	list, _ := o[name].([]any)
	for _, item := range list {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// object returns the members of an object; nil if there is none.
func (o jsonObject) object(name string) jsonObject {
	object, _ := o[name].(map[string]any)
	return object
}
