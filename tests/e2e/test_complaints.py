"""What users of other tools complain about most, and the tests that hold that it does not happen here.

==  ======================================================================  ============================================
No  Complaint                                                               Held by
==  ======================================================================  ============================================
1   Outlines cannot have holes; exports fill them                           test_export.py test_holes_parts_borders_single_pixels_and_crowds_come_out_as_drawn
1                                                                           test_segment.py test_holes_and_parts_are_cut_and_added
2   A painted mask becomes a crowd                                          test_export.py test_holes_parts_borders_single_pixels_and_crowds_come_out_as_drawn
3   The tool's own RLE is not COCO's                                        test_payload_masks.py test_counts_that_are_written_in_another_way_are_kept_in_one
3                                                                           test_checks.py test_each_fault_of_an_rle_is_found_alone
4   Brushed masks cannot be exported                                        test_crowd.py test_the_brush_paints_around_what_is_outlined_already
4                                                                           test_payload_masks.py test_a_painted_mask_is_kept_to_the_character
5   Ids of annotations collide                                              test_campaign.py test_three_workers_take_ten_photos_to_an_export_that_is_the_truth
6   Ids of categories start at 0 and cannot be chosen                       test_ingest.py test_images_of_a_coco_file_keep_ids_and_origins
6                                                                           test_campaign.py test_three_workers_take_ten_photos_to_an_export_that_is_the_truth
7   Images without annotations vanish                                       test_export.py test_empty_images_origins_and_sentences_come_along
7                                                                           test_export.py test_what_is_not_finished_is_listed_with_the_reason
8   Shapes of one or two points come out                                    test_payloads.py test_a_bad_payload_is_refused_by_a_named_field
8                                                                           test_segment.py test_a_crossing_is_marked_told_and_refused_until_a_point_is_moved
9   Days of work lost: no autosave, a session that ended                    test_never_lose.py test_a_draft_is_on_the_server_within_five_seconds_and_comes_back_in_another_browser
9                                                                           test_never_lost.py test_a_token_that_is_over_is_made_anew_without_a_word
9                                                                           test_one_history.py test_what_was_done_is_there_again_after_a_closed_tab_and_in_another_browser
10  Two tabs at one task                                                    test_never_lost.py test_a_second_tab_only_looks_on_until_it_takes_over
10                                                                          test_never_lost.py test_submitting_twice_is_one_answer_and_keeps_the_strokes_of_the_first
11  Looking deletes; upgrades wipe                                          test_hostile.py test_get_never_writes
11                                                                          test_backup.py test_what_was_saved_comes_back_to_the_last_bit
11                                                                          test_versions.py test_every_version_goes_up_and_down_with_rows
12  The page freezes with many shapes                                       test_frame_rate.py test_2000_outlines_cost_a_frame_little
13  The brush is slow, submitting freezes                                   test_drawing_speed.py test_a_move_costs_less_than_half_a_frame
13                                                                          test_next_task.py test_the_next_task_is_on_screen_within_100_ms
14  Huge images do not open; limits cannot be set                           test_pictures.py test_a_large_photo_is_shown_small_and_without_notes
14                                                                          test_tiles.py test_108_megapixels_come_in_and_are_shown_in_4_bytes_per_px
14                                                                          test_config.py test_the_pixel_limit_is_a_number_from_file_or_variable
14                                                                          test_deep.py test_zooming_in_shows_true_pixels_and_the_outline_is_of_the_photo
14                                                                          test_deep.py test_tiles_go_with_the_view_and_painting_is_refused_in_a_sentence
15  Notes of orientation turn annotations                                   test_imageio.py test_real_photos_of_all_orientations_are_upright
16  Several workers for an image cost extra                                 test_campaign.py test_three_workers_take_ten_photos_to_an_export_that_is_the_truth
16                                                                          test_union_recall.py test_needed_workers_are_the_fewest
17  Later workers see earlier answers                                       test_stages.py test_what_another_worker_answered_is_not_told
18  No figures of each worker                                               test_campaign.py test_workers_are_measured_and_those_who_should_go_are_named
18                                                                          test_dash_workers.py test_the_table_has_everybody_with_their_numbers
19  Times are wrong or hold pauses                                          test_frame.py test_undo_redo_and_submit_by_keys
19                                                                          test_node.py test_scripts_of_the_pages_in_node
20  No way to a crowd market                                                test_channels.py test_the_marketplaces_workers_end_with_its_form
21  Keys clash and cannot be changed                                        test_frame.py test_help_lists_every_key_and_remaps
21                                                                          test_frame.py test_letters_can_be_switched_off
21                                                                          test_access.py test_no_two_keys_of_a_page_are_one
22  Neighbours share an edge or overlap                                     test_segment.py test_an_outline_that_runs_into_another_mask_is_trimmed_to_its_edge
23  Points cannot be deleted; undo brings back the wrong thing              test_segment.py test_points_are_inserted_deleted_walked_and_nudged
23                                                                          test_segment.py test_undo_walks_back_through_everything_and_redo_forth_again
23                                                                          test_one_history.py test_each_action_is_in_the_journal_and_one_undo_takes_it_back
24  Tablet and pen do not work                                              test_segment.py test_every_way_of_drawing_gives_the_same_pixels
24                                                                          test_complaints.py test_a_pen_draws_the_same_outline
25  Trackpads zoom far too fast                                             test_frame.py test_wheel_pans_pinch_zooms_gently_and_the_lock_holds
==  ======================================================================  ============================================
"""  # noqa: E501 - rows of a table

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e.drawing import KNOWN, Hand, decoded, flat, opened

TESTS = Path(__file__).parents[1]


def test_every_complaint_is_held_by_tests_that_are_there() -> None:
    rows = re.findall(r"^(\d+) .*\s(test_\w+\.py) (test_\w+)$", __doc__ or "", re.MULTILINE)
    assert {int(number) for number, _, _ in rows} == set(range(1, 26))
    for _, file, name in rows:
        assert any(f"def {name}(" in path.read_text() for path in TESTS.rglob(file)), f"{file} has no {name}"


def pen(hand: Hand, at: tuple[float, float]) -> None:
    """A pen touches and lifts, through the browser's own input."""
    x, y = hand.to(at)
    session = hand.page.context.new_cdp_session(hand.page)
    for kind, force in (("mousePressed", 0.5), ("mouseReleased", 0)):
        session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1,
                                                  "pointerType": "pen", "force": force})  # fmt: skip
    hand.settled()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools
def test_a_pen_draws_the_same_outline(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    for at in (*KNOWN, KNOWN[0]):
        pen(hand, at)
    payload = hand.submit()
    assert np.array_equal(decoded(payload), decoded({"polygons": [flat(KNOWN)]}))
