// Package js holds what JavaScript does differently from Go, for values that are compared byte for byte with what the
// JavaScript service wrote: signed cookies, stored rows, answers and settings. It knows values only, and nothing of the
// application. The rules of URLs are in package whatwg.
package js
