// PURE. The texts of the workspace in each language.
import { workspaceEn, type WorkspaceWords } from './workspace.en.ts'
import { workspaceIt } from './workspace.it.ts'
import type { Language } from '../../locales/words.ts'

const WORKSPACE: Record<Language, WorkspaceWords> = { it: workspaceIt, en: workspaceEn }

/** All texts of the workspace. */
export const workspaceWords = (language: Language): WorkspaceWords => WORKSPACE[language]
