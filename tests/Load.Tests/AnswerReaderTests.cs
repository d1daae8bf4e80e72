using System.Text;
using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Tests;

/// <summary>Answers put together from what the network cuts them into.</summary>
public sealed class AnswerReaderTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello")]
    [InlineData("HTTP/1.1 404 Not Found\r\nServer: X\r\ncontent-length:0\r\n\r\n", 404, "")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, "")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 200, "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", 200, "abcdefghijklmnopqrstuvwxyz")]
    public void Answer_is_complete_with_its_last_byte_however_it_is_cut(string text, int status, string body)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var reader = new AnswerReader();
            Assert.False(Read(reader, bytes.AsSpan(..cut), out _));
            Assert.True(Read(reader, bytes.AsSpan(cut..), out var answer));
            Assert.Equal(status, answer.Status);
            Assert.Equal(body, Encoding.ASCII.GetString(answer.Body.Span));
        }
    }

    [Fact]
    public void Reader_is_used_again_for_the_next_answer()
    {
        var reader = new AnswerReader();
        Assert.True(Read(reader, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"u8, out _));
        Assert.True(reader.Closes);
        reader.Clear();
        Assert.True(Read(reader, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nbc"u8, out var answer));
        Assert.False(reader.Closes);
        Assert.Equal(201, answer.Status);
        Assert.Equal("bc", Encoding.ASCII.GetString(answer.Body.Span));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    public void What_is_no_answer_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => Read(new AnswerReader(), Encoding.ASCII.GetBytes(text), out _));

    private static bool Read(AnswerReader reader, ReadOnlySpan<byte> bytes, out Answer answer)
    {
        bytes.CopyTo(reader.Free.Span);
        return reader.TryRead(bytes.Length, out answer);
    }
}
