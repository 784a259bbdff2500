/* The binary layout of ABI 1, as first published: what tools/describe/generate.py once wrote here it never changes. A new field goes to
 * the end of its struct and gets its own line; the size in force then grows with it. 64-bit targets. */
#include <stddef.h>

#include "farspan/api_table.h"
#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/gradient.h"
#include "farspan/model.h"

#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type)
#define VALUE(name, value) _Static_assert((name) == (value), #name)

_Static_assert(sizeof(void*) == 8 && sizeof(size_t) == 8, "this file is for 64-bit targets");
_Static_assert(sizeof(farspan_status) == 4, "a status has 32 bits");

AT(farspan_error, struct_size, 0);
AT(farspan_error, code, 4);
AT(farspan_error, argument, 8);
AT(farspan_error, reserved, 12);
AT(farspan_error, field, 16);
AT(farspan_error, message, 80);
SIZE(farspan_error, 336);

AT(farspan_tensor, data, 0);
AT(farspan_tensor, dtype, 8);
AT(farspan_tensor, reserved, 12);
AT(farspan_tensor, shape, 16);
AT(farspan_tensor, stride, 48);
SIZE(farspan_tensor, 80);

AT(farspan_text, data, 0);
AT(farspan_text, bytes, 8);
SIZE(farspan_text, 16);

AT(farspan_ids, data, 0);
AT(farspan_ids, count, 8);
SIZE(farspan_ids, 16);

AT(farspan_rope_config, struct_size, 0);
AT(farspan_rope_config, method, 4);
AT(farspan_rope_config, layout, 8);
AT(farspan_rope_config, rotary_dim, 12);
AT(farspan_rope_config, rotary_offset, 16);
AT(farspan_rope_config, angle, 20);
AT(farspan_rope_config, base, 24);
AT(farspan_rope_config, factor, 32);
AT(farspan_rope_config, original_context, 40);
AT(farspan_rope_config, beta_fast, 48);
AT(farspan_rope_config, beta_slow, 56);
AT(farspan_rope_config, extrapolation_factor, 64);
AT(farspan_rope_config, ramp, 72);
AT(farspan_rope_config, truncate, 76);
AT(farspan_rope_config, mscale, 80);
AT(farspan_rope_config, mscale_all_dim, 88);
AT(farspan_rope_config, magnitude, 96);
AT(farspan_rope_config, length_switch, 100);
AT(farspan_rope_config, attention_factor, 104);
AT(farspan_rope_config, mixed_exponent, 112);
AT(farspan_rope_config, low_freq_factor, 120);
AT(farspan_rope_config, high_freq_factor, 128);
AT(farspan_rope_config, rotated_fraction, 136);
AT(farspan_rope_config, xpos_scale_base, 144);
AT(farspan_rope_config, xpos_gamma, 152);
AT(farspan_rope_config, short_factors, 160);
AT(farspan_rope_config, short_factors_count, 168);
AT(farspan_rope_config, long_factors, 176);
AT(farspan_rope_config, long_factors_count, 184);
AT(farspan_rope_config, axes, 192);
AT(farspan_rope_config, axis_sections, 196);
AT(farspan_rope_config, reserved, 212);
SIZE(farspan_rope_config, 216);

AT(farspan_remap_config, struct_size, 0);
AT(farspan_remap_config, method, 4);
AT(farspan_remap_config, window, 8);
AT(farspan_remap_config, group, 16);
AT(farspan_remap_config, leak, 24);
AT(farspan_remap_config, chunk, 32);
AT(farspan_remap_config, local_window, 40);
AT(farspan_remap_config, limit, 48);
AT(farspan_remap_config, sinks, 56);
AT(farspan_remap_config, recent, 64);
AT(farspan_remap_config, real_shift, 72);
AT(farspan_remap_config, reserved, 76);
AT(farspan_remap_config, position_scale, 80);
SIZE(farspan_remap_config, 88);

AT(farspan_bias_config, struct_size, 0);
AT(farspan_bias_config, method, 4);
AT(farspan_bias_config, heads, 8);
AT(farspan_bias_config, alibi_heads, 12);
AT(farspan_bias_config, bidirectional, 16);
AT(farspan_bias_config, buckets, 20);
AT(farspan_bias_config, max_distance, 24);
AT(farspan_bias_config, distance_limit, 32);
AT(farspan_bias_config, max_bias, 40);
AT(farspan_bias_config, scale, 48);
AT(farspan_bias_config, trained_length, 56);
AT(farspan_bias_config, dim, 64);
AT(farspan_bias_config, reserved, 68);
AT(farspan_bias_config, values, 72);
AT(farspan_bias_config, values_count, 80);
AT(farspan_bias_config, a, 88);
AT(farspan_bias_config, a_count, 96);
AT(farspan_bias_config, p, 104);
AT(farspan_bias_config, p_count, 112);
AT(farspan_bias_config, slopes, 120);
AT(farspan_bias_config, slopes_count, 128);
SIZE(farspan_bias_config, 136);

AT(farspan_mask_config, struct_size, 0);
AT(farspan_mask_config, causal, 4);
AT(farspan_mask_config, window_left, 8);
AT(farspan_mask_config, window_right, 16);
AT(farspan_mask_config, sinks, 24);
AT(farspan_mask_config, chunk, 32);
AT(farspan_mask_config, prefix, 40);
SIZE(farspan_mask_config, 48);

AT(farspan_score_config, struct_size, 0);
AT(farspan_score_config, temperature, 4);
AT(farspan_score_config, scale, 8);
AT(farspan_score_config, multiplier, 16);
AT(farspan_score_config, trained_length, 24);
AT(farspan_score_config, alpha, 32);
AT(farspan_score_config, power, 40);
AT(farspan_score_config, softcap, 48);
AT(farspan_score_config, sink_logits, 56);
AT(farspan_score_config, sink_logits_count, 64);
SIZE(farspan_score_config, 72);

AT(farspan_scheme_parts, struct_size, 0);
AT(farspan_scheme_parts, reserved, 4);
AT(farspan_scheme_parts, rope, 8);
AT(farspan_scheme_parts, remap, 16);
AT(farspan_scheme_parts, bias, 24);
AT(farspan_scheme_parts, mask, 32);
AT(farspan_scheme_parts, score, 40);
SIZE(farspan_scheme_parts, 48);

AT(farspan_probe, struct_size, 0);
AT(farspan_probe, visible, 4);
AT(farspan_probe, branch, 8);
AT(farspan_probe, reserved, 12);
AT(farspan_probe, query_angle_position, 16);
AT(farspan_probe, key_angle_position, 24);
AT(farspan_probe, relative_position, 32);
AT(farspan_probe, bias, 40);
AT(farspan_probe, scale, 48);
AT(farspan_probe, magnitude, 56);
SIZE(farspan_probe, 64);

AT(farspan_rope_options, struct_size, 0);
AT(farspan_rope_options, side, 4);
AT(farspan_rope_options, branch, 8);
AT(farspan_rope_options, direction, 12);
AT(farspan_rope_options, length, 16);
AT(farspan_rope_options, axis_stride, 24);
AT(farspan_rope_options, xpos_centre, 32);
SIZE(farspan_rope_options, 40);

AT(farspan_fire_config, struct_size, 0);
AT(farspan_fire_config, hidden, 4);
AT(farspan_fire_config, heads, 8);
AT(farspan_fire_config, reserved, 12);
AT(farspan_fire_config, c, 16);
AT(farspan_fire_config, threshold, 24);
AT(farspan_fire_config, epsilon, 32);
AT(farspan_fire_config, w1, 40);
AT(farspan_fire_config, w1_count, 48);
AT(farspan_fire_config, b1, 56);
AT(farspan_fire_config, b1_count, 64);
AT(farspan_fire_config, w2, 72);
AT(farspan_fire_config, w2_count, 80);
AT(farspan_fire_config, b2, 88);
AT(farspan_fire_config, b2_count, 96);
SIZE(farspan_fire_config, 104);

AT(farspan_problem, struct_size, 0);
AT(farspan_problem, state, 4);
AT(farspan_problem, batch, 8);
AT(farspan_problem, query_heads, 16);
AT(farspan_problem, key_heads, 24);
AT(farspan_problem, queries, 32);
AT(farspan_problem, keys, 40);
AT(farspan_problem, head_dim, 48);
AT(farspan_problem, value_dim, 56);
AT(farspan_problem, length, 64);
AT(farspan_problem, head_offset, 72);
AT(farspan_problem, query_positions, 80);
AT(farspan_problem, query_positions_count, 88);
AT(farspan_problem, key_positions, 96);
AT(farspan_problem, key_positions_count, 104);
AT(farspan_problem, query_position_stride, 112);
AT(farspan_problem, key_position_stride, 120);
AT(farspan_problem, query_axis_positions, 128);
AT(farspan_problem, query_axis_positions_count, 136);
AT(farspan_problem, key_axis_positions, 144);
AT(farspan_problem, key_axis_positions_count, 152);
AT(farspan_problem, segments, 160);
AT(farspan_problem, query_offsets, 168);
AT(farspan_problem, query_offsets_count, 176);
AT(farspan_problem, key_offsets, 184);
AT(farspan_problem, key_offsets_count, 192);
AT(farspan_problem, key_ranges, 200);
AT(farspan_problem, key_ranges_count, 208);
SIZE(farspan_problem, 216);

AT(farspan_attention_data, struct_size, 0);
AT(farspan_attention_data, reserved, 4);
AT(farspan_attention_data, q, 8);
AT(farspan_attention_data, k, 16);
AT(farspan_attention_data, v, 24);
AT(farspan_attention_data, bias, 32);
AT(farspan_attention_data, out, 40);
AT(farspan_attention_data, lse, 48);
AT(farspan_attention_data, lse_count, 56);
AT(farspan_attention_data, workspace, 64);
AT(farspan_attention_data, workspace_bytes, 72);
SIZE(farspan_attention_data, 80);

AT(farspan_context_config, struct_size, 0);
AT(farspan_context_config, threads, 4);
AT(farspan_context_config, isa, 8);
AT(farspan_context_config, exhaustive, 12);
AT(farspan_context_config, cancel, 16);
SIZE(farspan_context_config, 24);

AT(farspan_cache_config, struct_size, 0);
AT(farspan_cache_config, dtype, 4);
AT(farspan_cache_config, layers, 8);
AT(farspan_cache_config, key_heads, 16);
AT(farspan_cache_config, head_dim, 24);
AT(farspan_cache_config, value_dim, 32);
AT(farspan_cache_config, memory_limit, 40);
SIZE(farspan_cache_config, 48);

AT(farspan_sequence_info, struct_size, 0);
AT(farspan_sequence_info, reserved, 4);
AT(farspan_sequence_info, tokens, 8);
AT(farspan_sequence_info, first_position, 16);
AT(farspan_sequence_info, next_position, 24);
AT(farspan_sequence_info, blocks, 32);
AT(farspan_sequence_info, shared_blocks, 40);
SIZE(farspan_sequence_info, 48);

AT(farspan_cache_statistics, struct_size, 0);
AT(farspan_cache_statistics, reserved, 4);
AT(farspan_cache_statistics, sequences, 8);
AT(farspan_cache_statistics, blocks, 16);
AT(farspan_cache_statistics, free_blocks, 24);
AT(farspan_cache_statistics, block_bytes, 32);
SIZE(farspan_cache_statistics, 40);

AT(farspan_cache_batch, struct_size, 0);
AT(farspan_cache_batch, reserved, 4);
AT(farspan_cache_batch, sequence, 8);
AT(farspan_cache_batch, sequence_count, 16);
AT(farspan_cache_batch, offsets, 24);
AT(farspan_cache_batch, offsets_count, 32);
SIZE(farspan_cache_batch, 40);

AT(farspan_cache_problem, struct_size, 0);
AT(farspan_cache_problem, reserved, 4);
AT(farspan_cache_problem, query_heads, 8);
AT(farspan_cache_problem, length, 16);
AT(farspan_cache_problem, positions, 24);
AT(farspan_cache_problem, positions_count, 32);
AT(farspan_cache_problem, head_offset, 40);
SIZE(farspan_cache_problem, 48);

AT(farspan_attention_gradient, struct_size, 0);
AT(farspan_attention_gradient, reserved, 4);
AT(farspan_attention_gradient, q, 8);
AT(farspan_attention_gradient, k, 16);
AT(farspan_attention_gradient, v, 24);
AT(farspan_attention_gradient, bias, 32);
AT(farspan_attention_gradient, out, 40);
AT(farspan_attention_gradient, lse, 48);
AT(farspan_attention_gradient, lse_count, 56);
AT(farspan_attention_gradient, d_out, 64);
AT(farspan_attention_gradient, d_lse, 72);
AT(farspan_attention_gradient, d_lse_count, 80);
AT(farspan_attention_gradient, d_q, 88);
AT(farspan_attention_gradient, d_k, 96);
AT(farspan_attention_gradient, d_v, 104);
AT(farspan_attention_gradient, d_bias, 112);
AT(farspan_attention_gradient, d_bias_values, 120);
AT(farspan_attention_gradient, d_bias_values_count, 128);
AT(farspan_attention_gradient, d_sink_logits, 136);
AT(farspan_attention_gradient, d_sink_logits_count, 144);
AT(farspan_attention_gradient, workspace, 152);
AT(farspan_attention_gradient, workspace_bytes, 160);
SIZE(farspan_attention_gradient, 168);

AT(farspan_merge_gradient, struct_size, 0);
AT(farspan_merge_gradient, reserved, 4);
AT(farspan_merge_gradient, out_a, 8);
AT(farspan_merge_gradient, lse_a, 16);
AT(farspan_merge_gradient, lse_a_count, 24);
AT(farspan_merge_gradient, out_b, 32);
AT(farspan_merge_gradient, lse_b, 40);
AT(farspan_merge_gradient, lse_b_count, 48);
AT(farspan_merge_gradient, d_out, 56);
AT(farspan_merge_gradient, d_lse, 64);
AT(farspan_merge_gradient, d_lse_count, 72);
AT(farspan_merge_gradient, d_out_a, 80);
AT(farspan_merge_gradient, d_lse_a, 88);
AT(farspan_merge_gradient, d_lse_a_count, 96);
AT(farspan_merge_gradient, d_out_b, 104);
AT(farspan_merge_gradient, d_lse_b, 112);
AT(farspan_merge_gradient, d_lse_b_count, 120);
SIZE(farspan_merge_gradient, 128);

AT(farspan_windows_config, struct_size, 0);
AT(farspan_windows_config, kind, 4);
AT(farspan_windows_config, bos, 8);
AT(farspan_windows_config, reserved, 12);
AT(farspan_windows_config, tokens, 16);
AT(farspan_windows_config, length, 24);
AT(farspan_windows_config, stride, 32);
AT(farspan_windows_config, segment, 40);
SIZE(farspan_windows_config, 48);

AT(farspan_window, struct_size, 0);
AT(farspan_window, bos, 4);
AT(farspan_window, begin, 8);
AT(farspan_window, end, 16);
AT(farspan_window, first_scored, 24);
AT(farspan_window, rows, 32);
AT(farspan_window, first_row, 40);
SIZE(farspan_window, 48);

AT(farspan_loss, struct_size, 0);
AT(farspan_loss, reserved, 4);
AT(farspan_loss, block_tokens, 8);
AT(farspan_loss, tokens, 16);
AT(farspan_loss, bytes, 24);
AT(farspan_loss, sum, 32);
AT(farspan_loss, blocks, 40);
AT(farspan_loss, block_mean, 48);
AT(farspan_loss, block_squares, 56);
AT(farspan_loss, open_tokens, 64);
AT(farspan_loss, open_sum, 72);
SIZE(farspan_loss, 80);

AT(farspan_loss_summary, struct_size, 0);
AT(farspan_loss_summary, reserved, 4);
AT(farspan_loss_summary, tokens, 8);
AT(farspan_loss_summary, nll, 16);
AT(farspan_loss_summary, standard_error, 24);
AT(farspan_loss_summary, perplexity, 32);
AT(farspan_loss_summary, bits_per_token, 40);
AT(farspan_loss_summary, bits_per_byte, 48);
SIZE(farspan_loss_summary, 56);

AT(farspan_verdict, struct_size, 0);
AT(farspan_verdict, verdict, 4);
AT(farspan_verdict, reference_length, 8);
AT(farspan_verdict, worst_length, 16);
AT(farspan_verdict, worst_ratio, 24);
SIZE(farspan_verdict, 32);

AT(farspan_bleu_config, struct_size, 0);
AT(farspan_bleu_config, tokenizer, 4);
AT(farspan_bleu_config, smoothing, 8);
AT(farspan_bleu_config, max_order, 12);
AT(farspan_bleu_config, lowercase, 16);
AT(farspan_bleu_config, effective_order, 20);
AT(farspan_bleu_config, smoothing_value, 24);
SIZE(farspan_bleu_config, 32);

AT(farspan_bleu_counts, struct_size, 0);
AT(farspan_bleu_counts, max_order, 4);
AT(farspan_bleu_counts, segments, 8);
AT(farspan_bleu_counts, hypothesis_length, 16);
AT(farspan_bleu_counts, reference_length, 24);
AT(farspan_bleu_counts, correct, 32);
AT(farspan_bleu_counts, total, 96);
SIZE(farspan_bleu_counts, 160);

AT(farspan_bleu_result, struct_size, 0);
AT(farspan_bleu_result, reserved, 4);
AT(farspan_bleu_result, score, 8);
AT(farspan_bleu_result, brevity_penalty, 16);
AT(farspan_bleu_result, precisions, 24);
AT(farspan_bleu_result, hypothesis_length, 88);
AT(farspan_bleu_result, reference_length, 96);
SIZE(farspan_bleu_result, 104);

AT(farspan_chrf_config, struct_size, 0);
AT(farspan_chrf_config, char_order, 4);
AT(farspan_chrf_config, word_order, 8);
AT(farspan_chrf_config, lowercase, 12);
AT(farspan_chrf_config, whitespace, 16);
AT(farspan_chrf_config, every_order, 20);
AT(farspan_chrf_config, beta, 24);
SIZE(farspan_chrf_config, 32);

AT(farspan_chrf_counts, struct_size, 0);
AT(farspan_chrf_counts, orders, 4);
AT(farspan_chrf_counts, segments, 8);
AT(farspan_chrf_counts, hypothesis, 16);
AT(farspan_chrf_counts, reference, 144);
AT(farspan_chrf_counts, matches, 272);
SIZE(farspan_chrf_counts, 400);

AT(farspan_rouge_config, struct_size, 0);
AT(farspan_rouge_config, kind, 4);
AT(farspan_rouge_config, order, 8);
AT(farspan_rouge_config, stem, 12);
SIZE(farspan_rouge_config, 16);

AT(farspan_rouge_result, struct_size, 0);
AT(farspan_rouge_result, reserved, 4);
AT(farspan_rouge_result, reference, 8);
AT(farspan_rouge_result, precision, 16);
AT(farspan_rouge_result, recall, 24);
AT(farspan_rouge_result, f_measure, 32);
SIZE(farspan_rouge_result, 40);

AT(farspan_bootstrap_config, struct_size, 0);
AT(farspan_bootstrap_config, samples, 4);
AT(farspan_bootstrap_config, seed, 8);
AT(farspan_bootstrap_config, confidence, 16);
SIZE(farspan_bootstrap_config, 24);

AT(farspan_interval, struct_size, 0);
AT(farspan_interval, reserved, 4);
AT(farspan_interval, low, 8);
AT(farspan_interval, median, 16);
AT(farspan_interval, high, 24);
AT(farspan_interval, mean, 32);
SIZE(farspan_interval, 40);

AT(farspan_passkey_config, struct_size, 0);
AT(farspan_passkey_config, form, 4);
AT(farspan_passkey_config, length, 8);
AT(farspan_passkey_config, seed, 16);
AT(farspan_passkey_config, depth, 24);
AT(farspan_passkey_config, lowest_key, 32);
AT(farspan_passkey_config, highest_key, 40);
SIZE(farspan_passkey_config, 48);

AT(farspan_passkey, struct_size, 0);
AT(farspan_passkey, reserved, 4);
AT(farspan_passkey, key, 8);
AT(farspan_passkey, key_begin, 16);
AT(farspan_passkey, key_end, 24);
AT(farspan_passkey, bytes, 32);
AT(farspan_passkey, depth, 40);
SIZE(farspan_passkey, 48);

AT(farspan_key_tokens_config, struct_size, 0);
AT(farspan_key_tokens_config, reserved, 4);
AT(farspan_key_tokens_config, gain, 8);
AT(farspan_key_tokens_config, most_nll, 16);
SIZE(farspan_key_tokens_config, 24);

AT(farspan_long_perplexity, struct_size, 0);
AT(farspan_long_perplexity, reserved, 4);
AT(farspan_long_perplexity, tokens, 8);
AT(farspan_long_perplexity, key_tokens, 16);
AT(farspan_long_perplexity, share, 24);
AT(farspan_long_perplexity, nll, 32);
AT(farspan_long_perplexity, perplexity, 40);
AT(farspan_long_perplexity, low, 48);
AT(farspan_long_perplexity, high, 56);
SIZE(farspan_long_perplexity, 64);

AT(farspan_reach, struct_size, 0);
AT(farspan_reach, reserved, 4);
AT(farspan_reach, length, 8);
AT(farspan_reach, first_below, 16);
AT(farspan_reach, score, 24);
SIZE(farspan_reach, 32);

AT(farspan_ruler_config, struct_size, 0);
AT(farspan_ruler_config, task, 4);
AT(farspan_ruler_config, length, 8);
AT(farspan_ruler_config, seed, 16);
AT(farspan_ruler_config, depth, 24);
AT(farspan_ruler_config, exponent, 32);
AT(farspan_ruler_config, haystack, 40);
AT(farspan_ruler_config, keys_are, 44);
AT(farspan_ruler_config, values_are, 48);
AT(farspan_ruler_config, keys, 52);
AT(farspan_ruler_config, values, 56);
AT(farspan_ruler_config, queries, 60);
AT(farspan_ruler_config, chains, 64);
AT(farspan_ruler_config, hops, 68);
AT(farspan_ruler_config, common, 72);
AT(farspan_ruler_config, frequency, 76);
AT(farspan_ruler_config, rare_frequency, 80);
AT(farspan_ruler_config, example, 84);
SIZE(farspan_ruler_config, 88);

AT(farspan_ruler_info, struct_size, 0);
AT(farspan_ruler_info, answers, 4);
AT(farspan_ruler_info, answer_ids, 8);
AT(farspan_ruler_info, question_ids, 16);
AT(farspan_ruler_info, least_bytes, 24);
AT(farspan_ruler_info, least_ids, 32);
AT(farspan_ruler_info, depth, 40);
SIZE(farspan_ruler_info, 48);

AT(farspan_recall, struct_size, 0);
AT(farspan_recall, complete, 4);
AT(farspan_recall, expected, 8);
AT(farspan_recall, found, 16);
AT(farspan_recall, share, 24);
AT(farspan_recall, best, 32);
SIZE(farspan_recall, 40);

AT(farspan_model_options, struct_size, 0);
AT(farspan_model_options, release, 4);
AT(farspan_model_options, angle, 8);
AT(farspan_model_options, extension, 12);
AT(farspan_model_options, target_length, 16);
AT(farspan_model_options, window, 24);
AT(farspan_model_options, group, 32);
AT(farspan_model_options, t5_encoder, 40);
AT(farspan_model_options, t5_encoder_count, 48);
AT(farspan_model_options, t5_decoder, 56);
AT(farspan_model_options, t5_decoder_count, 64);
AT(farspan_model_options, rope_freqs, 72);
AT(farspan_model_options, rope_freqs_count, 80);
AT(farspan_model_options, rope_short, 88);
AT(farspan_model_options, rope_short_count, 96);
AT(farspan_model_options, rope_long, 104);
AT(farspan_model_options, rope_long_count, 112);
SIZE(farspan_model_options, 120);

AT(farspan_metadata, key, 0);
AT(farspan_metadata, key_bytes, 8);
AT(farspan_metadata, type, 16);
AT(farspan_metadata, is_array, 20);
AT(farspan_metadata, integers, 24);
AT(farspan_metadata, integers_count, 32);
AT(farspan_metadata, reals, 40);
AT(farspan_metadata, reals_count, 48);
AT(farspan_metadata, texts, 56);
AT(farspan_metadata, texts_count, 64);
SIZE(farspan_metadata, 72);

AT(farspan_model_info, struct_size, 0);
AT(farspan_model_info, absolute, 4);
AT(farspan_model_info, family, 8);
AT(farspan_model_info, layers, 16);
AT(farspan_model_info, encoder_layers, 24);
AT(farspan_model_info, query_heads, 32);
AT(farspan_model_info, key_heads, 40);
AT(farspan_model_info, head_dim, 48);
AT(farspan_model_info, value_dim, 56);
AT(farspan_model_info, hidden, 64);
AT(farspan_model_info, vocabulary, 72);
AT(farspan_model_info, context, 80);
AT(farspan_model_info, trained_context, 88);
AT(farspan_model_info, usable_context, 96);
AT(farspan_model_info, usable_context_most, 104);
AT(farspan_model_info, absolute_rows, 112);
AT(farspan_model_info, absolute_offset, 120);
AT(farspan_model_info, layer_kinds, 128);
AT(farspan_model_info, notes, 136);
AT(farspan_model_info, final_softcap, 144);
SIZE(farspan_model_info, 152);

AT(farspan_model_layer, struct_size, 0);
AT(farspan_model_layer, kind, 4);
AT(farspan_model_layer, alike, 8);
AT(farspan_model_layer, query_heads, 16);
AT(farspan_model_layer, key_heads, 24);
AT(farspan_model_layer, head_dim, 32);
AT(farspan_model_layer, value_dim, 40);
AT(farspan_model_layer, window, 48);
AT(farspan_model_layer, attention_scale, 56);
AT(farspan_model_layer, scheme, 64);
AT(farspan_model_layer, rope, 72);
AT(farspan_model_layer, remap, 80);
AT(farspan_model_layer, bias, 88);
AT(farspan_model_layer, mask, 96);
AT(farspan_model_layer, score, 104);
SIZE(farspan_model_layer, 112);

AT(farspan_model_note, struct_size, 0);
AT(farspan_model_note, severity, 4);
AT(farspan_model_note, code, 8);
AT(farspan_model_note, reserved, 12);
AT(farspan_model_note, path, 16);
AT(farspan_model_note, text, 24);
SIZE(farspan_model_note, 32);

AT(farspan_api, struct_size, 0);
AT(farspan_api, abi, 4);
AT(farspan_api, status_text, 8);
AT(farspan_api, version, 16);
AT(farspan_api, version_text, 24);
AT(farspan_api, abi_version, 32);
AT(farspan_api, tensor_contiguous, 40);
AT(farspan_api, tensor_check, 48);
AT(farspan_api, rope_config_init, 56);
AT(farspan_api, remap_config_init, 64);
AT(farspan_api, bias_config_init, 72);
AT(farspan_api, mask_config_init, 80);
AT(farspan_api, score_config_init, 88);
AT(farspan_api, method_name, 96);
AT(farspan_api, method_find, 104);
AT(farspan_api, method_count, 112);
AT(farspan_api, scheme_parts_init, 120);
AT(farspan_api, scheme_create, 128);
AT(farspan_api, scheme_destroy, 136);
AT(farspan_api, scheme_from_json, 144);
AT(farspan_api, scheme_to_json, 152);
AT(farspan_api, scheme_axes, 160);
AT(farspan_api, probe_init, 168);
AT(farspan_api, scheme_probe, 176);
AT(farspan_api, scheme_visible, 184);
AT(farspan_api, rope_frequencies, 192);
AT(farspan_api, rope_options_init, 200);
AT(farspan_api, rope_apply, 208);
AT(farspan_api, bias_fill, 216);
AT(farspan_api, sinusoidal_fill, 224);
AT(farspan_api, position_lookup, 232);
AT(farspan_api, fire_config_init, 240);
AT(farspan_api, fire_fill, 248);
AT(farspan_api, problem_init, 256);
AT(farspan_api, plan_create, 264);
AT(farspan_api, plan_destroy, 272);
AT(farspan_api, attention_data_init, 280);
AT(farspan_api, plan_workspace_size, 288);
AT(farspan_api, plan_tile_counts, 296);
AT(farspan_api, attention_run, 304);
AT(farspan_api, attention, 312);
AT(farspan_api, attention_merge, 320);
AT(farspan_api, context_config_init, 328);
AT(farspan_api, context_create, 336);
AT(farspan_api, context_destroy, 344);
AT(farspan_api, context_threads, 352);
AT(farspan_api, context_isa, 360);
AT(farspan_api, isa_supported, 368);
AT(farspan_api, isa_name, 376);
AT(farspan_api, diagnose, 384);
AT(farspan_api, shutdown, 392);
AT(farspan_api, cache_config_init, 400);
AT(farspan_api, cache_create, 408);
AT(farspan_api, cache_destroy, 416);
AT(farspan_api, cache_sequence_create, 424);
AT(farspan_api, cache_sequence_destroy, 432);
AT(farspan_api, cache_fork, 440);
AT(farspan_api, cache_evict, 448);
AT(farspan_api, cache_keep, 456);
AT(farspan_api, cache_clear, 464);
AT(farspan_api, sequence_info_init, 472);
AT(farspan_api, cache_sequence_info, 480);
AT(farspan_api, cache_statistics_init, 488);
AT(farspan_api, cache_get_statistics, 496);
AT(farspan_api, cache_batch_init, 504);
AT(farspan_api, cache_append, 512);
AT(farspan_api, cache_write, 520);
AT(farspan_api, cache_problem_init, 528);
AT(farspan_api, cache_plan_create, 536);
AT(farspan_api, cache_plan_destroy, 544);
AT(farspan_api, cache_plan_workspace_size, 552);
AT(farspan_api, cache_run, 560);
AT(farspan_api, attention_decode, 568);
AT(farspan_api, cache_save_size, 576);
AT(farspan_api, cache_save, 584);
AT(farspan_api, cache_restore, 592);
AT(farspan_api, attention_gradient_init, 600);
AT(farspan_api, attention_backward, 608);
AT(farspan_api, attention_backward_workspace_size, 616);
AT(farspan_api, rope_backward, 624);
AT(farspan_api, token_nll, 632);
AT(farspan_api, token_nll_grad, 640);
AT(farspan_api, windows_config_init, 648);
AT(farspan_api, window_init, 656);
AT(farspan_api, windows_count, 664);
AT(farspan_api, windows_get, 672);
AT(farspan_api, loss_init, 680);
AT(farspan_api, loss_add, 688);
AT(farspan_api, loss_merge, 696);
AT(farspan_api, loss_add_by_context, 704);
AT(farspan_api, loss_summary_init, 712);
AT(farspan_api, loss_summarize, 720);
AT(farspan_api, verdict_init, 728);
AT(farspan_api, judge, 736);
AT(farspan_api, verdict_name, 744);
AT(farspan_api, verdict_rule, 752);
AT(farspan_api, tokenize, 760);
AT(farspan_api, bleu_config_init, 768);
AT(farspan_api, bleu_counts_init, 776);
AT(farspan_api, bleu_add, 784);
AT(farspan_api, bleu_add_tokens, 792);
AT(farspan_api, bleu_merge, 800);
AT(farspan_api, bleu_result_init, 808);
AT(farspan_api, bleu_score, 816);
AT(farspan_api, bleu_signature, 824);
AT(farspan_api, chrf_config_init, 832);
AT(farspan_api, chrf_counts_init, 840);
AT(farspan_api, chrf_add, 848);
AT(farspan_api, chrf_merge, 856);
AT(farspan_api, chrf_score, 864);
AT(farspan_api, rouge_config_init, 872);
AT(farspan_api, rouge_result_init, 880);
AT(farspan_api, rouge, 888);
AT(farspan_api, rouge_tokens, 896);
AT(farspan_api, bootstrap_config_init, 904);
AT(farspan_api, interval_init, 912);
AT(farspan_api, bootstrap_mean, 920);
AT(farspan_api, bleu_bootstrap, 928);
AT(farspan_api, passkey_config_init, 936);
AT(farspan_api, passkey_init, 944);
AT(farspan_api, passkey_make, 952);
AT(farspan_api, passkey_check, 960);
AT(farspan_api, needle_place, 968);
AT(farspan_api, model_options_init, 976);
AT(farspan_api, model_from_config, 984);
AT(farspan_api, model_from_metadata, 992);
AT(farspan_api, model_from_gguf, 1000);
AT(farspan_api, model_destroy, 1008);
AT(farspan_api, model_info_init, 1016);
AT(farspan_api, model_describe, 1024);
AT(farspan_api, model_layer_init, 1032);
AT(farspan_api, model_layer_at, 1040);
AT(farspan_api, model_note_init, 1048);
AT(farspan_api, model_note_at, 1056);
AT(farspan_api, merge_gradient_init, 1064);
AT(farspan_api, attention_merge_backward, 1072);
AT(farspan_api, key_tokens_config_init, 1080);
AT(farspan_api, key_tokens, 1088);
AT(farspan_api, long_perplexity_init, 1096);
AT(farspan_api, long_ppl, 1104);
AT(farspan_api, reach_init, 1112);
AT(farspan_api, effective_length, 1120);
AT(farspan_api, ruler_config_init, 1128);
AT(farspan_api, ruler_info_init, 1136);
AT(farspan_api, ruler_describe, 1144);
AT(farspan_api, ruler_text, 1152);
AT(farspan_api, ruler_ids, 1160);
AT(farspan_api, recall_init, 1168);
AT(farspan_api, ruler_score, 1176);
AT(farspan_api, ruler_score_ids, 1184);
AT(farspan_api, cache_plan_advance, 1192);
SIZE(farspan_api, 1200);

VALUE(FARSPAN_OK, 0);
VALUE(FARSPAN_ERROR_NULL_ARGUMENT, 1);
VALUE(FARSPAN_ERROR_STRUCT_SIZE, 2);
VALUE(FARSPAN_ERROR_DTYPE, 3);
VALUE(FARSPAN_ERROR_SHAPE, 4);
VALUE(FARSPAN_ERROR_STRIDE, 5);
VALUE(FARSPAN_ERROR_HEAD_GROUPS, 6);
VALUE(FARSPAN_ERROR_ROTARY_DIM, 7);
VALUE(FARSPAN_ERROR_PARAMETER_RANGE, 8);
VALUE(FARSPAN_ERROR_METHOD, 9);
VALUE(FARSPAN_ERROR_COMBINATION, 10);
VALUE(FARSPAN_ERROR_POSITIONS, 11);
VALUE(FARSPAN_ERROR_WORKSPACE_SIZE, 12);
VALUE(FARSPAN_ERROR_ISA_UNSUPPORTED, 13);
VALUE(FARSPAN_ERROR_OUT_OF_MEMORY, 14);
VALUE(FARSPAN_ERROR_CANCELLED, 15);
VALUE(FARSPAN_ERROR_INTERNAL, 16);
VALUE(FARSPAN_ERROR_FORMAT, 17);

VALUE(FARSPAN_F32, 1);
VALUE(FARSPAN_F64, 2);
VALUE(FARSPAN_F16, 3);
VALUE(FARSPAN_BF16, 4);
VALUE(FARSPAN_I8, 5);

VALUE(FARSPAN_ROPE_NONE, 0);
VALUE(FARSPAN_ROPE_BASE, 1);
VALUE(FARSPAN_ROPE_LINEAR, 2);
VALUE(FARSPAN_ROPE_DYNAMIC_LINEAR, 3);
VALUE(FARSPAN_ROPE_NTK, 4);
VALUE(FARSPAN_ROPE_NTK_OLD, 5);
VALUE(FARSPAN_ROPE_NTK_FIXED, 6);
VALUE(FARSPAN_ROPE_NTK_MIXED, 7);
VALUE(FARSPAN_ROPE_DYNAMIC_NTK, 8);
VALUE(FARSPAN_ROPE_DYNAMIC_NTK_QWEN, 9);
VALUE(FARSPAN_ROPE_NTK_BY_PARTS, 10);
VALUE(FARSPAN_ROPE_YARN, 11);
VALUE(FARSPAN_ROPE_DYNAMIC_YARN, 12);
VALUE(FARSPAN_ROPE_LONGROPE, 13);
VALUE(FARSPAN_ROPE_LLAMA3, 14);
VALUE(FARSPAN_ROPE_PROPORTIONAL, 15);
VALUE(FARSPAN_ROPE_XPOS, 16);
VALUE(FARSPAN_ROPE_PAIR_FACTORS, 17);

VALUE(FARSPAN_LAYOUT_HALF, 1);
VALUE(FARSPAN_LAYOUT_INTERLEAVED, 2);

VALUE(FARSPAN_ANGLE_EXACT, 0);
VALUE(FARSPAN_ANGLE_FLOAT32, 1);

VALUE(FARSPAN_RAMP_PAIR_INDEX, 0);
VALUE(FARSPAN_RAMP_ROTATIONS, 1);

VALUE(FARSPAN_MAGNITUDE_DEFAULT, 0);
VALUE(FARSPAN_MAGNITUDE_YARN, 1);
VALUE(FARSPAN_MAGNITUDE_EXPLICIT, 2);
VALUE(FARSPAN_MAGNITUDE_UNCLAMPED, 3);

VALUE(FARSPAN_SWITCH_AFTER, 0);
VALUE(FARSPAN_SWITCH_AT, 1);
VALUE(FARSPAN_SWITCH_ALWAYS_LONG, 2);

VALUE(FARSPAN_AXES_NONE, 0);
VALUE(FARSPAN_AXES_SECTIONS, 1);
VALUE(FARSPAN_AXES_INTERLEAVED, 2);
VALUE(FARSPAN_AXES_INTERLEAVED_GGML, 3);

VALUE(FARSPAN_REMAP_NONE, 0);
VALUE(FARSPAN_REMAP_REROPE, 1);
VALUE(FARSPAN_REMAP_LEAKY_REROPE, 2);
VALUE(FARSPAN_REMAP_SELF_EXTEND, 3);
VALUE(FARSPAN_REMAP_DUAL_CHUNK, 4);
VALUE(FARSPAN_REMAP_LM_INFINITE, 5);
VALUE(FARSPAN_REMAP_STREAMING, 6);

VALUE(FARSPAN_BIAS_NONE, 0);
VALUE(FARSPAN_BIAS_ALIBI, 1);
VALUE(FARSPAN_BIAS_T5, 2);
VALUE(FARSPAN_BIAS_KERPLE_LOG, 3);
VALUE(FARSPAN_BIAS_KERPLE_POWER, 4);
VALUE(FARSPAN_BIAS_SANDWICH, 5);
VALUE(FARSPAN_BIAS_DENSE, 6);

VALUE(FARSPAN_TEMPERATURE_NONE, 0);
VALUE(FARSPAN_TEMPERATURE_LOG_N, 1);
VALUE(FARSPAN_TEMPERATURE_LOG_N_TRAINED, 2);
VALUE(FARSPAN_TEMPERATURE_LOG_N_LONG, 3);
VALUE(FARSPAN_TEMPERATURE_LLAMA4, 4);
VALUE(FARSPAN_TEMPERATURE_LENGTH, 5);
VALUE(FARSPAN_TEMPERATURE_MINISTRAL3, 6);

VALUE(FARSPAN_PART_ROPE, 0);
VALUE(FARSPAN_PART_REMAP, 1);
VALUE(FARSPAN_PART_BIAS, 2);
VALUE(FARSPAN_PART_TEMPERATURE, 3);

VALUE(FARSPAN_SIDE_QUERY, 0);
VALUE(FARSPAN_SIDE_KEY, 1);

VALUE(FARSPAN_ROTATE_FORWARD, 0);
VALUE(FARSPAN_ROTATE_INVERSE, 1);
VALUE(FARSPAN_ROTATE_DELTA, 2);

VALUE(FARSPAN_SINUSOIDAL_INTERLEAVED, 1);
VALUE(FARSPAN_SINUSOIDAL_BLOCKS, 2);
VALUE(FARSPAN_SINUSOIDAL_TENSOR2TENSOR, 3);

VALUE(FARSPAN_STATE_RAW, 0);
VALUE(FARSPAN_STATE_ROTATED, 1);

VALUE(FARSPAN_ISA_BEST, 0);
VALUE(FARSPAN_ISA_SCALAR, 1);
VALUE(FARSPAN_ISA_AVX2, 2);
VALUE(FARSPAN_ISA_AVX512, 3);
VALUE(FARSPAN_ISA_NEON, 4);

VALUE(FARSPAN_WINDOWS_BLOCKS, 1);
VALUE(FARSPAN_WINDOWS_SLIDING, 2);
VALUE(FARSPAN_WINDOWS_GROWING, 3);
VALUE(FARSPAN_WINDOWS_LAST, 4);

VALUE(FARSPAN_BOS_NONE, 1);
VALUE(FARSPAN_BOS_FIRST, 2);
VALUE(FARSPAN_BOS_EVERY, 3);

VALUE(FARSPAN_VERDICT_UNTESTED, 0);
VALUE(FARSPAN_VERDICT_IMPROVES, 1);
VALUE(FARSPAN_VERDICT_HOLDS, 2);
VALUE(FARSPAN_VERDICT_DEGRADES, 3);
VALUE(FARSPAN_VERDICT_EXPLODES, 4);

VALUE(FARSPAN_TOKENIZER_NONE, 1);
VALUE(FARSPAN_TOKENIZER_13A, 2);
VALUE(FARSPAN_TOKENIZER_CHAR, 3);
VALUE(FARSPAN_TOKENIZER_INTL, 4);
VALUE(FARSPAN_TOKENIZER_ROUGE, 5);
VALUE(FARSPAN_TOKENIZER_ROUGE_STEMMED, 6);
VALUE(FARSPAN_TOKENIZER_ZH, 7);

VALUE(FARSPAN_SMOOTHING_NONE, 1);
VALUE(FARSPAN_SMOOTHING_FLOOR, 2);
VALUE(FARSPAN_SMOOTHING_ADD_K, 3);
VALUE(FARSPAN_SMOOTHING_EXP, 4);

VALUE(FARSPAN_BLEU_MAX_ORDER, 8);

VALUE(FARSPAN_CHRF_MAX_ORDERS, 16);

VALUE(FARSPAN_ROUGE_N, 1);
VALUE(FARSPAN_ROUGE_L, 2);
VALUE(FARSPAN_ROUGE_LSUM, 3);

VALUE(FARSPAN_PASSKEY_LANDMARK, 1);
VALUE(FARSPAN_PASSKEY_SENTENCES, 2);

VALUE(FARSPAN_RULER_SINGLE_1, 1);
VALUE(FARSPAN_RULER_SINGLE_2, 2);
VALUE(FARSPAN_RULER_SINGLE_3, 3);
VALUE(FARSPAN_RULER_MULTIKEY_1, 4);
VALUE(FARSPAN_RULER_MULTIKEY_2, 5);
VALUE(FARSPAN_RULER_MULTIKEY_3, 6);
VALUE(FARSPAN_RULER_MULTIVALUE, 7);
VALUE(FARSPAN_RULER_MULTIQUERY, 8);
VALUE(FARSPAN_RULER_TRACKING, 9);
VALUE(FARSPAN_RULER_COMMON_WORDS, 10);
VALUE(FARSPAN_RULER_FREQUENT_WORDS, 11);

VALUE(FARSPAN_HAYSTACK_NOISE, 1);
VALUE(FARSPAN_HAYSTACK_ESSAY, 2);
VALUE(FARSPAN_HAYSTACK_NEEDLES, 3);

VALUE(FARSPAN_NEEDLE_WORD, 1);
VALUE(FARSPAN_NEEDLE_NUMBER, 2);
VALUE(FARSPAN_NEEDLE_UUID, 3);

VALUE(FARSPAN_PROMPT_WHOLE, 1);
VALUE(FARSPAN_PROMPT_TASK, 2);
VALUE(FARSPAN_PROMPT_DOCUMENT, 3);
VALUE(FARSPAN_PROMPT_QUESTION, 4);
VALUE(FARSPAN_PROMPT_PREFIX, 5);
VALUE(FARSPAN_PROMPT_ANSWERS, 6);

VALUE(FARSPAN_RELEASE_REFERENCE, 0);
VALUE(FARSPAN_RELEASE_TRANSFORMERS_4_48, 1);
VALUE(FARSPAN_RELEASE_LLAMA_CPP, 2);

VALUE(FARSPAN_EXTENSION_NONE, 0);
VALUE(FARSPAN_EXTENSION_LINEAR, 1);
VALUE(FARSPAN_EXTENSION_NTK, 2);
VALUE(FARSPAN_EXTENSION_DYNAMIC_NTK, 3);
VALUE(FARSPAN_EXTENSION_YARN, 4);
VALUE(FARSPAN_EXTENSION_SELF_EXTEND, 5);
VALUE(FARSPAN_EXTENSION_REROPE, 6);
VALUE(FARSPAN_EXTENSION_LEAKY_REROPE, 7);
VALUE(FARSPAN_EXTENSION_DUAL_CHUNK, 8);
VALUE(FARSPAN_EXTENSION_ALIBI_SLOPES, 9);

VALUE(FARSPAN_METADATA_INTEGER, 1);
VALUE(FARSPAN_METADATA_REAL, 2);
VALUE(FARSPAN_METADATA_TEXT, 3);

VALUE(FARSPAN_ABSOLUTE_NONE, 0);
VALUE(FARSPAN_ABSOLUTE_LEARNED, 1);
VALUE(FARSPAN_ABSOLUTE_SINUSOIDAL, 2);

VALUE(FARSPAN_LAYER_FULL, 0);
VALUE(FARSPAN_LAYER_SLIDING, 1);
VALUE(FARSPAN_LAYER_CHUNKED, 2);
VALUE(FARSPAN_LAYER_OTHER, 3);

VALUE(FARSPAN_SEVERITY_NOTE, 0);
VALUE(FARSPAN_SEVERITY_WARNING, 1);

VALUE(FARSPAN_NOTE_DEFAULT, 1);
VALUE(FARSPAN_NOTE_DERIVED, 2);
VALUE(FARSPAN_NOTE_RELEASE, 3);
VALUE(FARSPAN_NOTE_IGNORED, 4);
VALUE(FARSPAN_NOTE_UNKNOWN_FIELD, 16);
VALUE(FARSPAN_NOTE_LENGTHS, 17);
VALUE(FARSPAN_NOTE_TWICE, 18);
VALUE(FARSPAN_NOTE_WEIGHTS, 19);
VALUE(FARSPAN_NOTE_NO_EFFECT, 20);
VALUE(FARSPAN_NOTE_INCOMPLETE, 21);
