#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>
#include <readline/history.h>

// Readline is set up through global variables, which other languages reach best through functions.

/// Sets how words are cut and who completes them; files are not offered where that gives nothing.
static inline void kith_readline_set_up(const char *name, rl_completion_func_t *completion,
                                        const char *word_breaks) {
    rl_readline_name = name;
    rl_attempted_completion_function = completion;
    rl_completer_word_break_characters = (char *)word_breaks;
    rl_basic_word_break_characters = word_breaks;
    // Ctrl-C is the program's own business.
    rl_catch_signals = 0;
    rl_catch_sigwinch = 1;
}

/// The line as it stands while a completion is made.
static inline const char *kith_readline_line(void) { return rl_line_buffer; }

/// Says that file names are not to be offered, and what follows a completed word.
static inline void kith_readline_end_completion(int append) {
    rl_attempted_completion_over = 1;
    rl_completion_append_character = append;
}

/// Gives up the line that is being edited.
static inline void kith_readline_abandon(void) {
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_callback_handler_remove();
}
