// PURE. The texts of the workspace in each language.
import { workspaceEn, type WorkspaceWords } from './workspace.en.ts'
import { workspaceIt } from './workspace.it.ts'
import { staffLanguageOf, type Language, type StaffLanguage } from '../../kernel/language.ts'

const WORKSPACE: Record<StaffLanguage, WorkspaceWords> = { it: workspaceIt, en: workspaceEn }

/** All texts of the workspace, in the nearest of its languages. */
export const workspaceWords = (language: Language): WorkspaceWords => WORKSPACE[staffLanguageOf(language)]
