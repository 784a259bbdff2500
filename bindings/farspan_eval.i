/* eval.h for SWIG: what is left out, renamed, and made a class. Included by farspan.i. */

%{
#include "farspan/eval.h"
%}
%insert("header") "flat_eval.h"
%insert("header") "flat_eval_text.h"

%rename(WindowsConfig) farspan_windows_config;
%rename(BleuConfig) farspan_bleu_config;
%rename(ChrfConfig) farspan_chrf_config;
%rename(RougeConfig) farspan_rouge_config;
%rename(BootstrapConfig) farspan_bootstrap_config;
%rename(PasskeyConfig) farspan_passkey_config;

/* Results and accumulators: arrays in flat_eval.h. */
%ignore farspan_window;
%ignore farspan_loss;
%ignore farspan_loss_summary;
%ignore farspan_verdict;
%ignore farspan_bleu_counts;
%ignore farspan_bleu_result;
%ignore farspan_chrf_counts;
%ignore farspan_rouge_result;
%ignore farspan_interval;
%ignore farspan_passkey;

%ignore farspan_token_nll;
%ignore farspan_token_nll_grad;
%ignore farspan_windows_config_init;
%ignore farspan_windows_count;
%ignore farspan_windows_get;
%ignore farspan_loss_init;
%ignore farspan_loss_add;
%ignore farspan_loss_merge;
%ignore farspan_loss_add_by_context;
%ignore farspan_loss_summarize;
%ignore farspan_judge;
%ignore farspan_tokenize;
%ignore farspan_bleu_config_init;
%ignore farspan_bleu_counts_init;
%ignore farspan_bleu_add;
%ignore farspan_bleu_add_tokens;
%ignore farspan_bleu_merge;
%ignore farspan_bleu_score;
%ignore farspan_bleu_signature;
%ignore farspan_chrf_config_init;
%ignore farspan_chrf_counts_init;
%ignore farspan_chrf_add;
%ignore farspan_chrf_merge;
%ignore farspan_chrf_score;
%ignore farspan_rouge_config_init;
%ignore farspan_rouge;
%ignore farspan_rouge_tokens;
%ignore farspan_bootstrap_config_init;
%ignore farspan_bootstrap_mean;
%ignore farspan_bleu_bootstrap;
%ignore farspan_passkey_config_init;
%ignore farspan_passkey_make;
%ignore farspan_passkey_check;
%ignore farspan_needle_place;

%ignore flat_read_loss;
%ignore flat_write_loss;
%ignore flat_no_loss;
%ignore flat_parts;
%ignore flat_references;
%ignore flat_read_bleu;
%ignore flat_write_bleu;
%ignore flat_no_counts;
%ignore flat_read_chrf;
%ignore flat_write_chrf;
%ignore flat_write_rouge;
%ignore flat_write_interval;

FARSPAN_CONFIG_OF_METHOD(windows_config)
FARSPAN_CONFIG(bleu_config)
FARSPAN_CONFIG(chrf_config)
FARSPAN_CONFIG_OF_METHOD(rouge_config)
FARSPAN_CONFIG(bootstrap_config)
FARSPAN_CONFIG_OF_METHOD(passkey_config)

%include "farspan/eval.h"
%include "flat_eval.h"
%include "flat_eval_text.h"
