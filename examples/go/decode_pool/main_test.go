package main

func Example() {
	main()
	// Output:
	// 8 sessions of 100 tokens on 4 threads: the same numbers as one after the other
}
