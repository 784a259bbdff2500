package farspan

import (
	"strings"

	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// Diagnose gives a JSON object for bug reports: versions, instruction sets found and used, threads, quota.
func Diagnose() string {
	text, _ := bridge.Written(512, func(buffer []byte, needed *int64) *raw.Failure {
		return raw.Diagnose(cross.Address(buffer), cross.Length(buffer), needed)
	})
	return text
}

// defaultRopeOptions is what nil options mean; it is never changed.
var defaultRopeOptions = NewRopeOptions()

// MethodName is the spelling of a method, such as "yarn", "self_extend" or "alibi"; "" if there is no such method.
func MethodName(part Part, method int32) string { return raw.Method_name(int32(part), method) }

// FindMethod is the number of the method spelled name, -1 if there is none. Convert it to the type of its part, such as RopeMethod.
func FindMethod(part Part, name string) int32 {
	if strings.IndexByte(name, 0) >= 0 {
		return -1 // C would see the text before it only
	}
	return raw.Method_find(int32(part), name)
}

// MethodCount tells how many methods a part has: they are numbered from 0.
func MethodCount(part Part) int32 { return raw.Method_count(int32(part)) }
