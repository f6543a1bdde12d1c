import tseslint from 'typescript-eslint'

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'data/',
      '.tmp/',
      'coverage/',
      'src/client/api.d.ts',
      'test/clients/',
      'docs/',
      'deploy/',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-console': ['error', { allow: ['log'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      complexity: ['error', 20],
      'max-depth': ['error', 4],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['test/**'],
    rules: {
      // Answers of the API are read as they come; their shape is checked against the schemas.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      complexity: 'off',
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-console': 'error',
      'max-lines-per-function': ['error', 80],
      // The rest goes into one object, whose keys say at the call what the values are.
      'max-params': ['error', 4],
      // Prettier breaks code at 120; this holds templates and texts, which it leaves alone.
      'max-len': ['error', { code: 140 }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "TSAsExpression > MemberExpression[object.name='request'][property.name=/^(body|query|params)$/]",
          message:
            'The schema of the route types its request (src/http/api.ts); forms and addresses are read by src/http/fields.ts.',
        },
      ],
    },
  },
  {
    // A statement's parameters are the columns of its WHERE, and its callers stand beside it.
    files: ['src/**/*.sql.ts'],
    rules: { 'max-params': 'off' },
  },
  {
    // Scripts of the browser: no types to check with, and each is small.
    files: ['public/**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false } },
    rules: { ...tseslint.configs.disableTypeChecked.rules, 'max-lines': ['error', 150] },
  },
  {
    files: ['eslint.config.js', 'src/start.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false } },
  },
)
