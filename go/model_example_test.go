package farspan_test

import (
	"fmt"
	"log"

	"farspan.io/farspan"
)

// Reads a model's configuration, and asks what its first layer sees.
func ExampleModelFromConfigJSON() {
	text := []byte(`{"model_type": "mistral", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
		"num_key_value_heads": 8, "max_position_embeddings": 32768, "sliding_window": 4096}`)
	model, err := farspan.ModelFromConfigJSON(text, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	layer, err := model.Layer(0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(layer.Rope.Method, layer.Rope.Base, layer.Window)

	scheme, err := model.Scheme(0) // for RopeApply, Attention, NewPlan ...
	if err != nil {
		log.Fatal(err)
	}
	defer scheme.Close()
	visible, err := scheme.Visible(10000, 10001)
	fmt.Println(visible[0], err)
	// Output:
	// base 10000 4096
	// {5905 10001} <nil>
}
