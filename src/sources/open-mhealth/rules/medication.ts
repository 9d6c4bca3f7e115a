import { among, fields, type Rule, type RuleTable, unit } from './rule.ts';

/** Schemas of what is prescribed, dispensed and taken. */
export const medicationRules: RuleTable = {
  'intervention-administration-route-1.0': among(
    'arteriovenous fistula|arteriovenous graft|body cavity|auricular|buccal|caudal|colostomy|conjunctival|cutaneous|dental',
    'digestive tract|electro-osmosis|endocervical|endosinusial|endotracheal|enteral|epidural|esophagostomy|extra-amniotic',
    'extracorporeal|fistula|gastro-intestinal stoma|gastroenteral|gastrostomy|gingival|ileostomy|hemodialysis|infiltration',
    'interstitial|intra-abdominal|intra-amniotic|intra-arterial|intra-articular|intrabiliary|intrabronchial|intrabursal',
    'intracardiac|intracartilaginous|intracaudal|intracavernous|intracavitary|intracerebral|intracerebroventricular',
    'intracisternal|intracolonic|intracorneal|intracoronal|intracoronary|intracorporus cavernosum|intracranial|intradermal',
    'intradiscal|intraductal|intraduodenal|intradural|intraepicardial|intraepidermal|intraesophageal|intragastric',
    'intragingival|intrahepatic|intraileal|intrajejunal|intralesional|intralingual|intraluminal|intralymphatic|intramammary',
    'intramedullary|intrameningeal|intramuscular|intramyometrial|intranodal|intraocular|intraomentum|intraosseous',
    'intraovarian|intrapericardial|intraperitoneal|intrapleural|intraprostatic|intrapulmonary|intraruminal|intrasinal',
    'intraspinal|intrasternal|intrasynovial|intratendinous|intratesticular|intrathecal|intrathoracic|intratubular|intratumor',
    'intratympanic|intrauterine|intravascular|intravenous|intravenous central|intravenous peripheral|intraventricular',
    'intravesical|intravitreal|iontophoresis|irrigation|jejunostomy|laryngeal|lower respiratory tract|mucous fistula|nasal',
    'nasoduodenal|nasogastric|nasojejunal|not applicable|occlusive dressing technique|ophthalmic|oral|orogastric|oromucosal',
    'oropharyngeal|otic|parenteral|paracervical|paravertebral|percutaneous|periarticular|peribulbar|peridural|perineural',
    'periodontal|periosteal|peritendinous|periurethral|rectal|respiratory (inhalation)|retrobulbar|soft tissue|subarachnoid',
    'subconjunctival|subcutaneous|subgingival|sublingual|submucosal|suborbital|subretinal|subtendinous|surgical cavity',
    'surgical drain|topical|transcervical|transdermal|transendocardial|transmucosal|transplacental|transtracheal',
    'transtympanic|transurethral|tumor cavity|ureteral|urethral|urostomy|vaginal',
  ),
  'intervention-administration-route-2.0': among(
    'arteriovenous fistula|arteriovenous graft|body cavity|auricular|buccal|caudal|colostomy|conjunctival|cutaneous|dental',
    'digestive tract|electro-osmosis|endocervical|endosinusial|endotracheopulmonary|enteral|epidural|esophagostomy',
    'extra-amniotic|extracorporeal|fistula|gastro-intestinal stoma|gastroenteral|gastrostomy|gingival|ileostomy|hemodialysis',
    'infiltration|interstitial|intra-abdominal|intra-amniotic|intra-arterial|intra-articular|intrabiliary|intrabronchial',
    'intrabursal|intracameral|intracardiac|intracartilaginous|intracaudal|intracavernous|intracavitary|intracerebral',
    'intracerebroventricular|intracisternal|intracolonic|intracorneal|intracoronal|intracoronary|intracorporus cavernosum',
    'intracranial|intradermal|intradiscal|intraductal|intraduodenal|intradural|intraepicardial|intraepidermal',
    'intraesophageal|intragastric|intragingival|intrahepatic|intraileal|intrajejunal|intralesional|intralingual|intraluminal',
    'intralymphatic|intramammary|intramedullary|intrameningeal|intramural|intramuscular|intramyometrial|intraneural',
    'intranodal|intraocular|intraomentum|intraosseous|intraovarian|intrapericardial|intraperitoneal|intrapleural',
    'intraprostatic|intrapulmonary|intraruminal|intrasinal|intraspinal|intrasternal|intrasynovial|intratendinous',
    'intratesticular|intrathecal|intrathoracic|intratubular|intratumor|intratympanic|intrauterine|intravascular|intravenous',
    'intravenous central|intravenous peripheral|intraventricular - cardiac|intravesical|intravitreal|iontophoresis',
    'irrigation|jejunostomy|laryngeal|lower respiratory tract|mucous fistula|nasal|nasoduodenal|nasogastric|nasojejunal',
    'not applicable|occlusive dressing technique|ophthalmic|oral|orogastric|oromucosal|oropharyngeal|otic|parenteral',
    'paracervical|paravertebral|percutaneous|periarticular|peribulbar|peridural|perineural|periodontal|periosteal',
    'peritendinous|periurethral|rectal|respiratory tract|retrobulbar|soft tissue|subarachnoid|subconjunctival|subcutaneous',
    'subgingival|sublesional|sublingual|submucosal|suborbital|subretinal|subtendinous|surgical cavity|surgical drain|topical',
    'transcervical|transdermal|transendocardial|transmucosal|transplacental|transtracheal|transtympanic|transurethral',
    'tumor cavity|ureteral|urethral|urostomy|vaginal',
  ),
  'medication-1.0': {
    all: [
      fields({
        generic_name: 'string',
        trade_name: 'string',
        'strength!': {
          list: {
            all: [
              'unit-value-1.0',
              fields({
                ingredient_name: 'string',
                unit: among(
                  "%|AU|AU/mL|BAU|BAU/mL|BU|CCID_50|Ci|cm^2|D'ag'U|dL|FFU|g|hp_C|hp_M|hp_Q|hp_X|IU|IU/L|IU/mL|kp_C|L|Lf|LfU/mL|mCi|mCi/mL",
                  'mEq|mg|mg/actuat|mg/hr|mg/mg|mg/mL|mL|mmol|mol|mU|ng|nmol|organisms|PFU|PNU|PNU/mL|TCID_50|U|uCi|ug|ug/mL|uL|umol|unt',
                  "unt/mL|USP'U|X",
                ),
              }),
            ],
          },
        },
        rxnorm_code: 'number',
      }),
      { any: [fields({ 'generic_name!': 'anything' }), fields({ 'trade_name!': 'anything' })] },
    ],
  },
  'medication-adherence-percent-1.0': fields({
    'medication_prescription!': 'medication-prescription-1.0',
    effective_time_frame: 'time-frame-1.0',
    'medication_adherence_percent!': unit('%'),
  }),
  'medication-adherence-percent-2.0': fields({
    'medication_prescription!': 'medication-prescription-2.0',
    effective_time_frame: 'time-frame-1.0',
    'medication_adherence_percent!': unit('%'),
  }),
  'medication-dose-unit-1.0': among(
    "%|AU|AU/mL|bar|BAU|BAU/mL|bead|BU|capsule|CCID_50|cellular sheet|Ci|cloth|cm^2|D'ag'U|disc|dL|douche|drop|FFU|g|globule",
    'granule|gum|hp_C|hp_M|hp_Q|hp_X|IU|IU/L|IU/mL|kp_C|L|Lf|LfU/mL|lozenge|mCi|mCi/mL|mEq|mg|mg/actuat|mg/hr|mg/mg|mg/mL|mL',
    'mmol|mol|mU|ng|nmol|organisms|pastille|patch|pellet|PFU|pill|PNU|PNU/mL|pouch|puff|ring|salve|stick|strip|suppository',
    "swab|tablet|tampon|tape|tbsp|TCID_50|tsp|U|uCi|ug|ug/mL|uL|umol|unt|unt/mL|USP'U|vial|wafer|X",
  ),
  'medication-dose-unit-value-1.0': { all: ['unit-value-1.0', fields({ unit: 'medication-dose-unit-1.0' })] },
  'medication-dose-unit-value-1.1': 'medication-dose-unit-value-1.0',
  'medication-dose-unit-value-range-1.0': { all: ['unit-value-range-1.0', fields({ unit: 'medication-dose-unit-1.0' })] },
  'medication-dose-unit-value-range-1.1': { all: ['ieee:unit-value-range-1.0', fields({ unit: 'medication-dose-unit-1.0' })] },
  'medication-prescription-1.0': prescription('intervention-administration-route-1.0'),
  'medication-prescription-2.0': prescription('intervention-administration-route-2.0'),
  'patient-medication-schedule-1.0': {
    all: [
      'medication-prescription-1.0',
      fields({ acceptable_window: fields({ before: 'duration-unit-value-1.0', after: 'duration-unit-value-1.0' }) }),
    ],
  },
  'patient-medication-schedule-2.0': {
    all: [
      'medication-prescription-2.0',
      fields({ acceptable_window: fields({ before: 'duration-unit-value-1.0', after: 'duration-unit-value-1.0' }) }),
    ],
  },
  'pharmacy-medication-dispensing-1.0': dispensing('medication-prescription-1.0'),
  'pharmacy-medication-dispensing-2.0': dispensing('medication-prescription-2.0'),
  'reason-single-medication-dose-not-taken-1.0': fields({
    'medication!': 'medication-1.0',
    'effective_time_frame!': 'time-frame-1.0',
    'reason_for_missing_dose!': 'string',
  }),
  'single-medication-dose-taken-1.0': fields({
    'medication!': 'medication-1.0',
    'dose!': 'medication-dose-unit-value-1.0',
    'effective_time_frame!': 'time-frame-1.0',
    reason_dose_taken_not_as_prescribed: 'string',
  }),
};

function prescription(route: string): Rule {
  return fields({
    'medication!': 'medication-1.0',
    route: route,
    prescription_trigger: 'string',
    'schedule!': {
      list: fields({
        'dose_duration!': {
          one: [
            fields({ 'duration!': 'duration-unit-value-1.0' }),
            fields({ 'duration_range!': 'duration-unit-value-range-1.0' }),
            fields({ 'time_frame!': 'time-frame-1.0' }),
            fields({ 'free_text!': 'string' }),
          ],
        },
        dose_administration_duration: {
          one: [
            fields({ 'duration!': 'duration-unit-value-1.0' }),
            fields({ 'duration_range!': 'duration-unit-value-range-1.0' }),
            fields({ 'time_frame!': 'time-frame-1.0' }),
            fields({ 'free_text!': 'string' }),
          ],
        },
        'medication_dose!': {
          one: [
            fields({ 'dose!': 'medication-dose-unit-value-1.0' }),
            fields({ 'dose_range!': 'medication-dose-unit-value-range-1.0' }),
            fields({ 'dose_array!': { list: fields({ 'dose!': 'medication-dose-unit-value-1.0', 'dose_trigger!': 'string' }) } }),
          ],
        },
        'dose_recurrence!': fields({
          frequency: 'frequency-unit-value-1.0',
          dose_prn_trigger: 'string',
          timing: {
            list: fields({
              part_of_day: 'part-of-day-1.0',
              day_of_week: 'day-of-week-1.0',
              time_of_day: 'local-time-1.0',
              temporal_relationship_to_meal: 'temporal-relationship-to-meal-1.2',
              temporal_relationship_to_sleep: 'temporal-relationship-to-sleep-1.0',
              time_frame_of_temporal_relationship_to_meal: 'duration-unit-value-1.0',
              time_frame_of_temporal_relationship_to_sleep: 'duration-unit-value-1.0',
            }),
          },
          sequence: { list: fields({ unit: among('min|h|d|wk|Mo|yr'), value: 'number' }) },
        }),
      }),
    },
  });
}

function dispensing(prescribed: string): Rule {
  return fields({
    'medication_prescription!': prescribed,
    'medication_dispensed!': 'string',
    'amount_dispensed!': unit(
      'ampule|applicator|bag|bar|bead|blister|bottle|box|can|canister|capsule|carton|cartridge|cellular sheet|cloth|container',
      'cup|cylinder|disc|dose pack|globule|granule|gum|inhaler|jar|jug|kit|lozenge|package|packet|pastille|patch|pellet|piece',
      'pill|pouch|ring|salve|stick|strip|suppository|swab|syringe|tablet|tampon|tape|troche|tube|vial|wafer',
    ),
    'time_frame_medication_dispensed!': 'time-frame-1.0',
    remaining_refills: 'number',
  });
}
