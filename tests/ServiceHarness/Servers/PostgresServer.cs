using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace EdgeOrleans.ServiceHarness.Servers;

/// <summary>
/// A real PostgreSQL on a port and in a directory of its own, which can be killed, stopped short and started again.
/// <see cref="Variable"/> names one that runs elsewhere instead; then tests that harm the server are skipped.
/// </summary>
/// <param name="address">The address of this machine that it listens on.</param>
/// <param name="isDurable">Whether it flushes what it commits, which no test of ours asks for and every measurement does.</param>
public class PostgresServer(string address = "127.0.0.1", bool isDurable = false) : IAsyncDisposable
{
    /// <summary>The environment variable with the connection string of a server elsewhere, whose user may create databases.</summary>
    public const string Variable = "EDGEORLEANS_POSTGRES";

    private const string User = "edge";

    // PostgreSQL does not run as root.
    private const string Account = "postgres";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private static int Databases;

    private readonly string? _elsewhere = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : null;
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"edgeorleans-pg-{Environment.ProcessId}-{Guid.NewGuid():N}"[..40]);
    private Process? _process;

    /// <summary>Settings beside those that all tests have, as <c>name=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The port it listens on.</summary>
    public int Port { get; } = FreePort.Find();

    /// <summary>Whether it is a process of this test's own.</summary>
    public bool IsOwn => _elsewhere is null;

    /// <summary>The server's own process, whose children serve the connections.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Where it listens.</summary>
    public (string Host, int Port) EndPoint =>
        _elsewhere is null ? (address, Port) : (new NpgsqlConnectionStringBuilder(_elsewhere).Host!, new NpgsqlConnectionStringBuilder(_elsewhere).Port);

    /// <summary>How to connect to a database, through another port when one is given.</summary>
    public string ConnectionString(string database, int? port = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(_elsewhere ?? $"Host={address};Port={Port};Username={User}") { Database = database };
        if (port is { } other)
        {
            (settings.Host, settings.Port) = ("127.0.0.1", other);
        }

        return settings.ConnectionString;
    }

    /// <summary>Makes an empty database, with more of PostgreSQL's options when some are given.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateDatabase(string options = "")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"site_{Environment.ProcessId}_{Interlocked.Increment(ref Databases)}");
        await using var connection = await Connect("postgres");
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0 {options}", connection);
        await command.ExecuteNonQueryAsync();
        return name;
    }

    /// <summary>A connection of the test's own.</summary>
    public async Task<NpgsqlConnection> Connect(string database)
    {
        var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false;Timeout=10");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Every row of a query's first column, as text.</summary>
    public async Task<List<string?>> Query(string database, string sql)
    {
        await using var connection = await Connect(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string?>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.IsDBNull(0) ? null : Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture));
        }

        return rows;
    }

    /// <summary>SIGKILL to the server and all its processes.</summary>
    public async Task Kill()
    {
        Signal(ProcessSignal.Kill);
        await _process!.WaitForExitAsync();
        File.Delete(Path.Combine(_directory, "data", "postmaster.pid"));
    }

    /// <summary>SIGSTOP: connections stay open, and nothing answers.</summary>
    public void Hang() => Signal(ProcessSignal.Stop);

    /// <summary>SIGCONT.</summary>
    public void GoOn() => Signal(ProcessSignal.Continue);

    /// <summary>Whatever was done to it: it runs and answers.</summary>
    public async Task Mend()
    {
        if (_process is { HasExited: true })
        {
            await Start();
        }
        else if (IsOwn)
        {
            GoOn();
        }
    }

    /// <summary>Starts it, again after a kill, and waits until it answers.</summary>
    public async Task Start()
    {
        string[] more = [.. Settings.SelectMany(static setting => new[] { "-c", setting })];
        _process = Launch(
        [
            PostgresBinaries.Find("postgres"), "-D", Path.Combine(_directory, "data"), "-p", $"{Port}", "-k", _directory,
            "-c", $"listen_addresses={address}", "-c", $"fsync={(isDurable ? "on" : "off")}", "-c", "log_min_messages=fatal", "-c", "max_connections=60",
            // A client whose link is down says no farewell, and must not keep its connections for hours.
            "-c", "tcp_keepalives_idle=5", "-c", "tcp_keepalives_interval=2", "-c", "tcp_keepalives_count=3", .. more,
        ]);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = await Connect("postgres");
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(started) < StartLimit && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Makes it and starts it, unless it is elsewhere.</summary>
    public async ValueTask InitializeAsync()
    {
        if (!IsOwn)
        {
            return;
        }

        Directory.CreateDirectory(_directory);
        if (Environment.IsPrivilegedProcess)
        {
            using var own = Process.Start("chown", [Account, _directory]);
            await own.WaitForExitAsync();
        }

        using var init = Launch(
            PostgresBinaries.Find("initdb"), "-D", Path.Combine(_directory, "data"), "-A", "trust", "-U", User, "-E", "UTF8", "--locale=C", "--no-sync");
        await init.WaitForExitAsync();
        if (init.ExitCode != 0)
        {
            throw new InvalidOperationException($"initdb ended with {init.ExitCode}");
        }

        await File.AppendAllTextAsync(Path.Combine(_directory, "data", "pg_hba.conf"), "host all all samenet trust\n");
        await Start();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            GoOn();
            await Kill();
        }

        _process?.Dispose();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    private Process Launch(params string[] command)
    {
        string[] whole = Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={Account}", $"--regid={Account}", "--clear-groups", .. command] : command;
        var start = new ProcessStartInfo(whole[0], whole[1..]) { WorkingDirectory = _directory, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>To the server first, so that it starts no more, and to its children, which are processes too.</summary>
    private void Signal(int signal)
    {
        var server = int.Parse(File.ReadLines(Path.Combine(_directory, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        ProcessSignal.Send(server, signal);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(folder) == server)
            {
                ProcessSignal.Send(id, signal);
            }
        }
    }

    private static int ParentOf(string folder)
    {
        try
        {
            // After the name in parentheses: state, parent.
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
