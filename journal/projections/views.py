"""What the tables tell together: views, so that nothing is written twice.

A row costs the run that writes it; a view costs only whoever asks.
"""

VIEWS: dict[str, str] = {
    "decisions": """
        SELECT seq, n, at, kind, account, symbol, client_id, reason, facts FROM other_decisions
        UNION ALL SELECT requested_seq, requested_n, requested_at, 'OrderRequested', account,
            symbol, client_id, reason, NULL FROM orders
        UNION ALL SELECT seq, n, closed_at, 'TradeClosed', account, symbol, '', '', NULL FROM trades
        UNION ALL SELECT seq, n, at, 'GovernorActed', account, '', '', reason, NULL
            FROM governor_events
    """,
    "order_changes": """
        SELECT client_id, seq, n, at, from_state, to_state, reason FROM (
            SELECT client_id, seq, n, at, to_state, reason,
                lag(to_state) OVER (PARTITION BY client_id ORDER BY seq, n) AS from_state
            FROM (
                SELECT client_id, requested_seq AS seq, requested_n AS n, requested_at AS at,
                    'requested' AS to_state, reason FROM orders
                UNION ALL SELECT client_id, accepted_seq, 0, accepted_at, 'working', 'accepted'
                    FROM orders WHERE accepted_seq > 0
                UNION ALL SELECT client_id, seq, 0, at, order_state, 'fill' FROM fills
                    WHERE order_state <> ''
                UNION ALL SELECT client_id, seq, n, at, to_state, reason FROM other_order_changes
            )
        )
        WHERE to_state IS NOT from_state
        ORDER BY seq, n
    """,
    "exits": """
        SELECT o.account, o.symbol, o.client_id AS entry_client_id, o.side AS entry_side,
            o.stop_price, o.target_price, f.cause, f.client_id AS exit_client_id,
            f.venue_order_id, f.execution_id, f.seq, f.at, f.price, f.quantity, f.fee
        FROM fills f JOIN orders o ON o.client_id = f.entry_client_id
        WHERE f.side <> o.side
        ORDER BY f.seq
    """,
    "venue_equity": """
        SELECT seq, n, at, cause, venue_wallet AS wallet, venue_open_positions AS open_positions,
            CASE WHEN venue_open_positions = 0 THEN venue_wallet END AS equity
        FROM equity WHERE cause IN ('trade', 'funding')
        UNION ALL SELECT min(seq), 0, min(at), 'start', min(venue_wallet), 0, min(venue_wallet)
            FROM equity WHERE cause = 'start' HAVING count(*)
        UNION ALL SELECT d.seq, 0, d.at, 'day', d.wallet, max(e.venue_open_positions), d.equity
            FROM venue_daily_pnl d JOIN equity e ON e.seq = d.seq AND e.cause = 'day'
            GROUP BY d.seq
        ORDER BY 1, 2
    """,
    "statistics": """
        WITH told AS (
            SELECT trade, account, symbol, pnl, fees, funding, r_multiple, seconds FROM trades
            UNION ALL
            SELECT trade, account, NULL, pnl, fees, funding, r_multiple, seconds FROM trades
            UNION ALL
            SELECT trade, NULL, NULL, pnl, fees, funding, r_multiple, seconds FROM trades
        ), counted AS (
            SELECT *, row_number() OVER (PARTITION BY account, symbol ORDER BY trade)
                - row_number() OVER (PARTITION BY account, symbol, pnl < 0 ORDER BY trade) AS streak
            FROM told
        ), streaks AS (
            SELECT account, symbol, max(length) AS longest FROM (
                SELECT account, symbol, count(*) AS length FROM counted WHERE pnl < 0
                GROUP BY account, symbol, streak
            ) GROUP BY account, symbol
        )
        SELECT t.account, t.symbol, count(*) AS trades,
            sum(t.pnl > 0) AS wins, sum(t.pnl < 0) AS losses, avg(t.pnl > 0) AS win_rate,
            round(sum(t.pnl), 8) AS pnl, round(sum(t.fees), 8) AS fees,
            round(sum(t.funding), 8) AS funding,
            avg(t.pnl) AS average_pnl, avg(t.r_multiple) AS average_r,
            sum(max(t.pnl, 0.0)) / nullif(-sum(min(t.pnl, 0.0)), 0.0) AS profit_factor,
            max(t.pnl) AS best, min(t.pnl) AS worst, avg(t.seconds) AS average_seconds,
            coalesce(max(s.longest), 0) AS longest_loss_streak
        FROM told t LEFT JOIN streaks s ON s.account IS t.account AND s.symbol IS t.symbol
        GROUP BY t.account, t.symbol
        ORDER BY t.account IS NULL, t.account, t.symbol IS NULL, t.symbol
    """,
}
"""Name to query. NULL as account or symbol of ``statistics`` is all of them."""
