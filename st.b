# started on Sat Nov 21 21:55:04 2026

147707508,,instructions:u,226766093,100.00,,
9851379,,instructions:k,226766093,100.00,,
