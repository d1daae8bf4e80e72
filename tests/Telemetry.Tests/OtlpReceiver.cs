using System.Collections.Concurrent;
using System.Net;
using System.Text;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary>A collector for OTLP over HTTP: takes what exporters send and reads the spans out of it.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<Span> _spans = [];

    public OtlpReceiver()
    {
        Address = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _ = Task.Run(Receive);
    }

    public Uri Address { get; }

    public IReadOnlyCollection<Span> Spans => _spans;

    public void Dispose() => _listener.Close();

    private async Task Receive()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            if (context.Request is { HttpMethod: "POST", Url.AbsolutePath: "/v1/traces", ContentType: "application/x-protobuf" })
            {
                ReadSpans(body.ToArray());
            }

            context.Response.Close();
        }
    }

    // ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2.
    private void ReadSpans(byte[] request)
    {
        foreach (var span in Fields(request, 1).SelectMany(static r => Fields(r, 2)).SelectMany(static s => Fields(s, 2)))
        {
            _spans.Enqueue(new Span(
                Convert.ToHexStringLower(Fields(span, 1).Single()),
                Convert.ToHexStringLower(Fields(span, 2).Single()),
                Convert.ToHexStringLower(Fields(span, 4).SingleOrDefault() ?? []),
                Encoding.UTF8.GetString(Fields(span, 5).Single()),
                Encoding.UTF8.GetString(span)));
        }
    }

    /// <summary>The contents of all fields of a number that have a length, in the wire format of protocol buffers.</summary>
    private static IEnumerable<byte[]> Fields(byte[] message, int number)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == number)
                    {
                        yield return message[at..(at + length)];
                    }

                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = message[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    /// <summary>A span as it was sent.</summary>
    /// <param name="Trace">The trace it belongs to, in hexadecimal.</param>
    /// <param name="Id">Its own id.</param>
    /// <param name="Parent">The span that it is part of; empty for none.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Text">All of it, for a look at what must not be in it.</param>
    internal sealed record Span(string Trace, string Id, string Parent, string Name, string Text);
}
