/** Imported before everything else: React reads the variable when it loads, and its development build is slower. */
process.env.NODE_ENV ??= 'production';
