package main

// The numbers are those of examples/c/long_context.c.
func Example() {
	main()
	// Output:
	// rope         distance 8191 is seen as 8191, magnitude 1.0000, output [-0.003602 -0.003048] ...
	// yarn         distance 8191 is seen as 8191, magnitude 1.1386, output [-0.003789 -0.001260] ...
	// self_extend  distance 8191 is seen as 1471, magnitude 1.0000, output [-0.002025 -0.002129] ...
}
